import type { Clock } from '@baton/messaging';

/** Lets one loop wait until somebody rings or time has passed. A ring that nobody waits for is kept. */
export class AlarmBell {
  private state: 'quiet' | 'rung' = 'quiet';
  private wake: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  ring(): void {
    this.state = 'rung';
    this.wake();
  }

  /** Resolves at the next ring, at once if one is kept, or after `ms`. */
  async wait(ms: number): Promise<void> {
    if (this.state === 'quiet') {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(ms, resolve);
        this.wake = () => {
          cancel();
          resolve();
        };
      });
    }
    this.wake = () => {};
    this.state = 'quiet';
  }
}
