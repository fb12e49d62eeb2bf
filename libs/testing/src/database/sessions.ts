import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';
import type { SimulatedProcess } from '../broker/process';

export interface SessionsOptions {
  readonly clock: Clock;
  /** Whether the server hears at once that a process was killed, as of one whose machine lives on. */
  readonly hearsOfDeath: () => boolean;
}

/** The connections that the server has, and the advisory locks that they hold. */
export class Sessions {
  private readonly open = new Set<Session>();
  private made = 0;

  constructor(private readonly options: SessionsOptions) {}

  begin(process: SimulatedProcess, told: Pick<Session, 'ended' | 'notified'>): Session {
    const { clock, hearsOfDeath } = this.options;
    this.made += 1;
    const session: Session = {
      ...told,
      number: this.made,
      process,
      hearsOfDeath: hearsOfDeath(),
      held: new Map(),
      usedAt: clock.now(),
      standstillMs: undefined,
    };
    this.open.add(session);
    return session;
  }

  /** Throws `database-unavailable` if the server has ended it. */
  use(session: Session): void {
    if (!this.open.has(session))
      throw new BatonError('database-unavailable', 'The server has ended this connection.');
    session.usedAt = this.options.clock.now();
  }

  /** From now on it ends by itself once it stands still for longer. */
  endIfIdle(session: Session, standstillMs: number): void {
    session.standstillMs = standstillMs;
    this.watch(session, standstillMs);
  }

  /** Its locks are free from now on. Safe to call twice. */
  end(session: Session): void {
    if (!this.open.delete(session)) return;
    session.held.clear();
    session.ended();
  }

  /** All that are open, the eldest first, without those whose end the server has heard of. */
  all(): readonly Session[] {
    for (const session of [...this.open])
      if (session.hearsOfDeath && !session.process.isAlive()) this.end(session);
    return [...this.open];
  }

  /** Those that hold a lock. */
  holding(lock: string): readonly Session[] {
    return this.all().filter(({ held }) => held.has(lock));
  }

  private watch(session: Session, afterMs: number): void {
    const { clock } = this.options;
    clock.after(afterMs, () => {
      const { standstillMs } = session;
      if (standstillMs === undefined || !this.open.has(session)) return;
      const leftMs = session.usedAt + standstillMs - clock.now();
      if (leftMs <= 0) this.end(session);
      else this.watch(session, leftMs);
    });
  }
}

/** One connection as the server has it. */
export interface Session {
  readonly number: number;
  readonly process: SimulatedProcess;
  readonly hearsOfDeath: boolean;
  /** Its advisory locks, and how often it took each. */
  readonly held: Map<string, number>;
  usedAt: number;
  standstillMs: number | undefined;
  /** Called when it is gone. */
  readonly ended: () => void;
  readonly notified: (source: string, range: number) => void;
}
