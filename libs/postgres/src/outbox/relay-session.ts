import { type Clock, delay, type Logger } from '@baton/messaging';
import { AlarmBell } from './alarm-bell';
import type { Lag } from './lag';
import type { OutboxStore } from './outbox-store';
import type { RangeLocks } from './range-locks';
import type { RangeRun } from './range-run';
import type { RelayConnection, RelayDatabase } from './relay-database';

export interface RelaySessionDeps {
  readonly connection: RelayConnection;
  /** For what needs no lock. */
  readonly database: Pick<RelayDatabase, 'lag' | 'clean'>;
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
    const { connection, clock } = deps;
    this.store = connection.store;
    this.locks = connection.locks;
    this.bell = new AlarmBell(clock);
  }

  owned(): ReadonlyMap<number, RangeRun> {
    return this.runs;
  }

  /** Runs until the connection is lost or `stop`; never rejects. */
  async run(): Promise<void> {
    const { connection, clock, limits, logger } = this.deps;
    void connection.ended.then(() => this.lose());
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
    await connection.close();
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
    const { connection, limits } = this.deps;
    await connection.attend({
      standstillMs: limits.standstillMs,
      inserted: (range) => this.runs.get(range)?.wake(),
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
    this.deps.measured(await this.deps.database.lag(this.deps.source));
  }

  private async clean(): Promise<void> {
    const { database, source, limits } = this.deps;
    const old = { source, keepMs: limits.keepSentMs, limit: cleanAtOnce };
    while ((await database.clean(old)) === cleanAtOnce && this.state === 'going');
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
