/** Randomness of a run, all from one seed. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(from: readonly [T, ...T[]] | readonly T[]): T;
  shuffle<T>(rows: readonly T[]): T[];
  /** Another source that depends on the seed and this name only. */
  fork(name: string): Random;
  readonly seed: number;
}

/** A generator of 32 bits (mulberry32): small, fast, good enough to draw faults. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    seed,
    next,
    between,
    pick: (from) => {
      const chosen = from[Math.floor(next() * from.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    },
    shuffle: (rows) => {
      const left = [...rows];
      for (let last = left.length - 1; last > 0; last -= 1) {
        const other = between(0, last);
        const [a, b] = [left[last], left[other]];
        if (a === undefined || b === undefined) continue;
        left[last] = b;
        left[other] = a;
      }
      return left;
    },
    fork: (name) => createRandom(hash(`${seed} ${name}`)),
  };
};

/** FNV-1a over the characters. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
};
