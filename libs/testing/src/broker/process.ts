import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';

/** A process whose timers and answers pass through here, so that it can be frozen, killed or cut off from the broker. */
export class SimulatedProcess {
  /** The clock as this process has it: nothing calls back while it is frozen, or ever after it was killed. */
  readonly clock: Clock;
  private state: 'running' | 'frozen' | 'killed' = 'running';
  private line: 'connected' | 'cut' = 'connected';
  private waiting: (() => void)[] = [];

  constructor(
    readonly name: string,
    clock: Clock,
  ) {
    this.clock = {
      now: () => clock.now(),
      after: (ms, callback) => clock.after(ms, () => this.enter(callback)),
    };
  }

  /** Stops it in the middle of whatever it does, as SIGSTOP would. */
  freeze(): void {
    if (this.state === 'running') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    for (const callback of this.waiting.splice(0)) this.enter(callback);
  }

  /** Ends it without a word, as SIGKILL would. */
  kill(): void {
    this.state = 'killed';
    this.waiting = [];
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

  isConnected(): boolean {
    return this.line === 'connected';
  }

  /** Resolves when the process may go on. */
  pass(): Promise<void> {
    return new Promise((resolve) => this.enter(resolve));
  }

  assertConnected(what: string): void {
    if (this.line === 'connected') return;
    throw new BatonError('broker-unavailable', `${what}: expected an answer of the broker, got none.`);
  }

  private enter(callback: () => void): void {
    if (this.state === 'running') callback();
    else if (this.state === 'frozen') this.waiting.push(callback);
  }
}
