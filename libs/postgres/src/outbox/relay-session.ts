import { type Clock, delay, type Logger } from '@baton/messaging';
import type { Session } from '../database/database';
import type { Queryable } from '../database/queryable';
import { AlarmBell } from './alarm-bell';
import { type Lag, readLag } from './lag';
import { createOutboxStore, notificationChannel, type OutboxStore } from './outbox-store';
import { createRangeLocks, type RangeLocks } from './range-locks';
import type { RangeRun } from './range-run';

export interface RelaySessionDeps {
  readonly session: Session;
  /** For what needs no lock. */
  readonly database: Queryable;
  readonly source: string;
  readonly ranges: number;
  readonly startRun: (range: number, store: OutboxStore, locks: RangeLocks) => RangeRun;
  readonly measured: (lag: Lag) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: SessionLimits;
}

export interface SessionLimits {
  /** How often the ranges are shared out anew. */
  readonly balanceMs: number;
  /** How long a relay that stands still keeps its ranges; the server ends its connection then. */
  readonly standstillMs: number;
  readonly lagMs: number;
  readonly cleanMs: number;
  /** How long rows are kept after they were sent. */
  readonly keepSentMs: number;
}

const cleanAtOnce = 5_000;

/** What a relay does over one connection: it takes its share of the ranges, and loses them with the connection. */
export class RelaySession {
  readonly store: OutboxStore;
  private readonly locks: RangeLocks;
  private readonly bell: AlarmBell;
  private readonly runs = new Map<number, RangeRun>();
  private state: 'going' | 'stopping' | 'lost' = 'going';
  private nextLag = Number.NEGATIVE_INFINITY;
  private nextClean = Number.NEGATIVE_INFINITY;

  constructor(private readonly deps: RelaySessionDeps) {
    const { session, source, clock } = deps;
    this.store = createOutboxStore(session, source);
    this.locks = createRangeLocks(session, source);
    this.bell = new AlarmBell(clock);
  }

  owned(): ReadonlyMap<number, RangeRun> {
    return this.runs;
  }

  /** Runs until the connection is lost or `stop`; never rejects. */
  async run(): Promise<void> {
    const { session, clock, limits, logger } = this.deps;
    void session.ended.then(() => this.lose());
    try {
      await this.prepare();
      while (this.state === 'going') {
        await this.turn();
        if (this.state === 'going') await this.bell.wait(limits.balanceMs);
      }
    } catch (error) {
      logger.warn({ err: error }, 'connection of the outbox relay lost');
      this.lose();
      await delay(clock, 0);
    }
    await Promise.all(
      [...this.runs.values()].map((run) => (this.state === 'stopping' ? run.stop() : run.finished)),
    );
    this.runs.clear();
    await session.close();
  }

  /** Finishes what is in hand in every range. */
  stop(): void {
    if (this.state === 'going') this.state = 'stopping';
    for (const run of this.runs.values()) void run.stop();
    this.bell.ring();
  }

  private lose(): void {
    if (this.state !== 'stopping') this.state = 'lost';
    for (const run of this.runs.values()) run.abandon();
    this.bell.ring();
  }

  private async prepare(): Promise<void> {
    const { session, limits, source } = this.deps;
    // the setting is new with version 14, and without a meaning where there is one connection only
    await session.query(
      `SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout' AND $2`,
      [String(limits.standstillMs), session.kind === 'server'],
    );
    // a stamp must not be forgotten after its event was sent
    await session.query(
      `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
    );
    await session.listen(notificationChannel, (payload) => {
      const end = payload.lastIndexOf(' ');
      if (payload.slice(0, end) === source) this.runs.get(Number(payload.slice(end)))?.wake();
    });
    await this.locks.present();
  }

  private async turn(): Promise<void> {
    const { clock, limits, logger } = this.deps;
    await this.balance();
    const now = clock.elapsed();
    const failed = (error: unknown) =>
      logger.warn({ err: error }, 'lag of the outbox not measured, or rows not deleted');
    if (now >= this.nextLag) {
      this.nextLag = now + limits.lagMs;
      void this.measure().catch(failed);
    }
    if (now >= this.nextClean && this.runs.has(0)) {
      this.nextClean = now + limits.cleanMs;
      void this.clean().catch(failed);
    }
  }

  private async measure(): Promise<void> {
    this.deps.measured(await readLag(this.deps.database, this.deps.source));
  }

  private async clean(): Promise<void> {
    const { database, source, limits } = this.deps;
    const store = createOutboxStore(database, source);
    while ((await store.clean(limits.keepSentMs, cleanAtOnce)) === cleanAtOnce && this.state === 'going');
  }

  /** Every relay takes its share and no more, so that no range is left over. */
  private async balance(): Promise<void> {
    const { ranges } = this.deps;
    for (const [range, run] of this.runs) if (run.isOver()) await this.giveBack(range, run);
    const share = await this.locks.share(ranges);
    for (const [range, run] of [...this.runs].slice(share)) await this.giveBack(range, run);
    for (let range = 0; range < ranges && this.runs.size < share && this.state === 'going'; range += 1) {
      if (!this.runs.has(range) && (await this.locks.take(range))) this.begin(range);
    }
  }

  private begin(range: number): void {
    this.deps.logger.info({ range }, 'range of the outbox taken over');
    this.runs.set(range, this.deps.startRun(range, this.store, this.locks));
  }

  private async giveBack(range: number, run: RangeRun): Promise<void> {
    await run.stop();
    this.runs.delete(range);
    await this.locks.giveBack(range);
    this.deps.logger.info({ range }, 'range of the outbox given back');
  }
}
