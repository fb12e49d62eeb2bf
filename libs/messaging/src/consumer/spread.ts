/** How durations are spread over classes, in seconds. */
export interface Spread {
  /** The upper bounds of the classes, ascending; a last class has what is above them. */
  readonly bounds: readonly number[];
  /** How many fell into each class: one number more than there are bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** From a millisecond to five minutes. */
const bounds: readonly number[] = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** Keeps how durations are spread, in as many numbers as there are classes. */
export class Durations {
  private readonly counts = new Array<number>(bounds.length + 1).fill(0);
  private sum = 0;

  add(ms: number): void {
    const seconds = ms / 1_000;
    const found = bounds.findIndex((bound) => seconds <= bound);
    const at = found < 0 ? bounds.length : found;
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += seconds;
  }

  spread(): Spread {
    return { bounds, counts: [...this.counts], sum: this.sum };
  }
}
