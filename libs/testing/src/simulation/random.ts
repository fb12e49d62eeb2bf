/** Numbers drawn from a seed: the same seed draws the same numbers. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Some of them, in their order, each with this probability. */
  some<T>(from: readonly T[], probability: number): readonly T[];
  /** A source of its own, by name: what it draws depends on nothing that is drawn elsewhere. */
  fork(name: string): Random;
}

/** Makes a source of random numbers (sfc32, seeded by a hash of the text). */
export const createRandom = (seed: string): Random => {
  const draw = sfc32(seed);
  const random: Random = {
    next: draw,
    int: (min, max) => min + Math.floor(draw() * (max - min + 1)),
    chance: (probability) => draw() < probability,
    pick: (from) => from[Math.floor(draw() * from.length)] ?? from[0],
    some: (from, probability) => from.filter(() => draw() < probability),
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  return random;
};

const sfc32 = (text: string): (() => number) => {
  let [a, b, c, d] = [hash(text, 0x9e3779b9), hash(text, 0x243f6a88), hash(text, 0xb7e15162), 1];
  const draw = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 12; i += 1) draw();
  return draw;
};

/** FNV-1a, begun anywhere. */
const hash = (text: string, start: number): number => {
  let value = start;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value | 0;
};
