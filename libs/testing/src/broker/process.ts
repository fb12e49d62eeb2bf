import type { Clock } from '@baton/messaging';

/** How the clock of a process differs from the broker's. */
export interface ClockError {
  /** How far it is ahead at the start, in milliseconds; behind if negative. */
  readonly skewMs: number;
  /** How much faster it goes, in parts per million. */
  readonly driftPpm: number;
}

const exact: ClockError = { skewMs: 0, driftPpm: 0 };

/** A process whose timers and answers pass through here, so that it can be frozen, killed or cut off from the broker. */
export class SimulatedProcess {
  /** The clock as this process has it: nothing calls back while it is frozen, or ever after it was killed. */
  readonly clock: Clock;
  private state: 'running' | 'frozen' | 'killed' = 'running';
  private line: 'connected' | 'cut' = 'connected';
  private waiting: (() => void)[] = [];
  private skewMs: number;
  private readonly killListeners = new Set<() => void>();

  constructor(
    readonly name: string,
    private readonly trueClock: Clock,
    { skewMs, driftPpm }: ClockError = exact,
  ) {
    this.skewMs = skewMs;
    const start = trueClock.now();
    const rate = 1 + driftPpm / 1_000_000;
    this.clock = {
      now: () => {
        const now = trueClock.now();
        return Math.floor(start + (now - start) * rate + this.skewMs);
      },
      elapsed: () => (trueClock.now() - start) * rate,
      after: (ms, callback) => trueClock.after(Math.ceil(Math.max(0, ms) / rate), () => this.enter(callback)),
    };
  }

  /** Sets its clock forward, or back if `ms` is negative. */
  step(ms: number): void {
    this.skewMs += ms;
  }

  /** How far its clock is ahead because of its skew and its steps. */
  ahead(): number {
    return this.skewMs;
  }

  /** Stops it in the middle of whatever it does, as SIGSTOP would. */
  freeze(): void {
    if (this.state === 'running') this.state = 'frozen';
  }

  /** Lets it go on: what fell due meanwhile is called one after the other, with a turn of its loop in between. */
  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    for (const callback of this.waiting.splice(0)) this.trueClock.after(0, () => this.enter(callback));
  }

  /** Ends it without a word, as SIGKILL would. */
  kill(): void {
    if (this.state === 'killed') return;
    this.state = 'killed';
    this.waiting = [];
    for (const listener of this.killListeners) listener();
  }

  /** Calls back when it is killed: what others see of its end. Answers how to stop that. */
  onKill(listener: () => void): () => void {
    this.killListeners.add(listener);
    return () => this.killListeners.delete(listener);
  }

  /** From now on every request fails; the process itself goes on. */
  disconnect(): void {
    this.line = 'cut';
  }

  reconnect(): void {
    this.line = 'connected';
  }

  isAlive(): boolean {
    return this.state !== 'killed';
  }

  isFrozen(): boolean {
    return this.state === 'frozen';
  }

  isConnected(): boolean {
    return this.line === 'connected';
  }

  /** Resolves when the process may go on. */
  pass(): Promise<void> {
    return new Promise((resolve) => this.enter(resolve));
  }

  /** Calls back at once, or when it goes on; never if it was killed. */
  enter(callback: () => void): void {
    if (this.state === 'running') callback();
    else if (this.state === 'frozen') this.waiting.push(callback);
  }
}
