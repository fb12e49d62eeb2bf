import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';
import type { SimulatedProcess } from '../broker/process';

const watchMs = 1_000;
/** How long a transaction may stand still before the server rolls it back. */
const idleMs = 10_000;

/** A transaction as the server has it: what is done in it shows once it commits. */
export class ServerTransaction {
  private state: 'open' | 'over' = 'open';
  private readonly checks: (() => void)[] = [];
  private readonly atCommit: (() => void)[] = [];
  private readonly atRollback: (() => void)[] = [];
  private readonly atEnd: (() => void)[] = [];
  private usedAt: number;

  constructor(
    readonly process: SimulatedProcess,
    private readonly clock: Clock,
    private readonly locks: RowLocks,
  ) {
    this.usedAt = clock.now();
    this.watch();
  }

  isOpen(): boolean {
    return this.state === 'open';
  }

  /** Throws `database-unavailable` once it is over: the server has ended it. */
  use(): this {
    if (this.state === 'over') throw ended();
    this.usedAt = this.clock.now();
    return this;
  }

  /** Waits until no other transaction holds the row of this name, and holds it to the end. */
  async lock(name: string): Promise<void> {
    const release = await this.locks.take(name);
    if (this.state === 'over') release();
    else this.atEnd.push(release);
    this.use();
  }

  /** Whatever throws at the commit makes it a rollback. */
  beforeCommit(check: () => void): void {
    this.checks.push(check);
  }

  onCommit(show: () => void): void {
    this.atCommit.push(show);
  }

  onRollback(undo: () => void): void {
    this.atRollback.push(undo);
  }

  commit(): void {
    this.use();
    try {
      for (const check of this.checks) check();
    } catch (error) {
      this.rollBack();
      throw error;
    }
    this.end(this.atCommit);
  }

  /** Safe to call twice. */
  rollBack(): void {
    if (this.state === 'open') this.end(this.atRollback.reverse());
  }

  private end(effects: readonly (() => void)[]): void {
    this.state = 'over';
    for (const effect of effects) effect();
    for (const release of this.atEnd) release();
  }

  /** A connection that is gone, or silent for too long, takes its transaction with it. */
  private watch(): void {
    this.clock.after(watchMs, () => {
      if (this.state === 'over') return;
      if (!this.process.isAlive() || this.clock.now() - this.usedAt > idleMs) this.rollBack();
      else this.watch();
    });
  }
}

/** Rows that one transaction at a time may hold; whoever comes first is served first. */
export class RowLocks {
  private readonly last = new Map<string, Promise<void>>();

  /** Resolves with how to give it back. */
  async take(name: string): Promise<() => void> {
    const before = this.last.get(name) ?? Promise.resolve();
    let release = (): void => {};
    const free = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.last.set(
      name,
      before.then(() => free),
    );
    await before;
    return release;
  }
}

const ended = (): BatonError =>
  new BatonError('database-unavailable', 'The server has ended this transaction.');
