import type { Job } from './jobs';
import type { SavedState } from './state-file';
import { addCounts, type Counts, type FailingSeed, nothingFound, type Part } from './tally';

/** How far a run over many seeds has come. Parts may end in any order; what is saved is whole up to a seed. */
export class Progress {
  private handedOut: number;
  private next: number;
  private readonly beyond = new Map<number, Part>();
  private found: Counts = nothingFound;
  private failed: FailingSeed[] = [];
  private cpuMs = 0;
  private migrations = 0;
  private readonly wallBeforeMs: number;
  /** How many seeds were done before this process. */
  readonly before: number;

  constructor(
    readonly from: number,
    readonly seeds: number,
    saved: SavedState | undefined,
  ) {
    this.next = saved?.next ?? from;
    this.handedOut = this.next;
    this.before = this.next - from;
    this.migrations = this.before;
    this.found = saved?.counts ?? nothingFound;
    this.failed = [...(saved?.failing ?? [])];
    this.cpuMs = saved?.cpuMs ?? 0;
    this.wallBeforeMs = saved?.wallMs ?? 0;
  }

  /** The next seeds to run, at most `size`. */
  takeNext(size: number): Extract<Job, { kind: 'part' }> | undefined {
    const left = this.from + this.seeds - this.handedOut;
    if (left <= 0) return undefined;
    const part = { kind: 'part' as const, from: this.handedOut, seeds: Math.min(size, left) };
    this.handedOut += part.seeds;
    return part;
  }

  done(part: Part): void {
    this.migrations += part.seeds;
    this.beyond.set(part.from, part);
    for (let whole = this.beyond.get(this.next); whole !== undefined; whole = this.beyond.get(this.next)) {
      this.beyond.delete(whole.from);
      this.next += whole.seeds;
      this.found = addCounts(this.found, whole.counts);
      this.failed.push(...whole.failing);
      this.cpuMs += whole.cpuMs;
    }
  }

  doneSeeds(): number {
    return this.migrations;
  }

  isOver(): boolean {
    return this.next === this.from + this.seeds;
  }

  counts(): Counts {
    return [...this.beyond.values()].reduce((sum, { counts }) => addCounts(sum, counts), this.found);
  }

  failing(): readonly FailingSeed[] {
    return [...this.failed, ...[...this.beyond.values()].flatMap(({ failing }) => failing)];
  }

  wallMs(sinceStartMs: number): number {
    return this.wallBeforeMs + sinceStartMs;
  }

  /** Milliseconds that workers spent on each migration. */
  msEach(): number {
    const parts = [...this.beyond.values()];
    const spent = parts.reduce((sum, { cpuMs }) => sum + cpuMs, this.cpuMs);
    return this.migrations === 0 ? 0 : spent / this.migrations;
  }

  save(sinceStartMs: number): SavedState {
    const { from, seeds, next, found, failed, cpuMs } = this;
    return {
      schemaVersion: 1,
      from,
      seeds,
      next,
      counts: found,
      failing: failed.map(({ seed, violations }) => ({ seed, violations: [...violations] })),
      cpuMs,
      wallMs: this.wallMs(sinceStartMs),
    };
  }
}
