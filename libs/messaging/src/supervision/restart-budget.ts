import type { Clock } from '../ports/runtime';

/** Counts restarts of one handler, or of several that restart together, within a sliding time. */
export class RestartBudget {
  private times: readonly number[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly limit: { readonly most: number; readonly withinMs: number },
  ) {}

  /** Notes a restart; answers whether it is one too many. */
  spend(): 'left' | 'spent' {
    const now = this.clock.elapsed();
    this.times = [...this.times.filter((at) => now - at < this.limit.withinMs), now];
    return this.times.length > this.limit.most ? 'spent' : 'left';
  }
}
