import type { EventCodec } from '@baton/contracts';
import type { Deprecation, Version } from '@baton/core';
import {
  type CheckedPublication,
  type Clock,
  checkPublications,
  delay,
  type Logger,
  type Partitioner,
  type Publication,
  type PublicationPolicy,
  Publications,
  type PublisherHealth,
  settleWithin,
  silentLogger,
  systemClock,
  type TopicReader,
  type Tracing,
  type TransactionalProducerFactory,
  type TransactionOutcomes,
} from '@baton/messaging';
import type { Database } from '../database/database';
import { messageOf } from '../database/failures';
import type { Trouble } from './batch-sender';
import type { Lag } from './lag';
import { type RangePublishing, RangeRun, type RelayTally } from './range-run';
import { defaultRanges } from './ranges';
import type { RelayConnection, RelayDatabase } from './relay-database';
import { defaultLimits, type RelayLimits } from './relay-limits';
import { followRetirements } from './relay-retirements';
import { RelaySession } from './relay-session';
import { createRelayDatabase } from './sql-relay-database';

export interface OutboxRelayDeps extends RelayPorts {
  readonly database: Database;
}

/** What a relay needs besides a database. */
export interface RelayPorts {
  /** CloudEvents source: the name of the publishing service, as the outbox has it. */
  readonly source: string;
  readonly publishes: readonly Publication[];
  readonly codec: EventCodec;
  readonly createProducer: TransactionalProducerFactory;
  readonly topics: TopicReader;
  readonly partitioner: Partitioner;
  /**
   * What the transactional ids of the ranges begin with: the same for all relays of one database, and no other. The
   * source by default; where every instance has an embedded database, the name of the instance belongs into it.
   */
  readonly transactionalId?: string;
  /** Says which versions retire. The caller closes it. */
  readonly policy?: PublicationPolicy;
  readonly ranges?: number;
  readonly tracing?: Tracing | undefined;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly limits?: Partial<RelayLimits>;
}

/** Sends what is in the outbox, for as long as it lives; any number of them share the work. */
export interface OutboxRelay {
  /** The versions in which an event stamped now is published, by event type; none once all of them retire. */
  publishing(): ReadonlyMap<string, readonly Version[]>;
  health(): RelayHealth;
  stats(): RelayStats;
  /** Finishes what is in hand and gives the ranges back. Safe to call twice. */
  close(): Promise<void>;
}

/** While the database cannot be reached nothing is accepted either; trouble of the broker only lets events wait. */
export type RelayHealth =
  | Exclude<PublisherHealth, { readonly kind: 'retrying' }>
  | (Extract<PublisherHealth, { readonly kind: 'retrying' }> & { readonly at: 'database' | 'broker' });

/** Counts since the start, and what was measured last. */
export interface RelayStats {
  readonly sent: number;
  readonly parked: number;
  readonly outcomes: Readonly<TransactionOutcomes>;
  /** The ranges that this relay owns at present. */
  readonly ranges: readonly number[];
  readonly lag: Lag | undefined;
}

/**
 * Starts a relay. Checks everything before the first event: downcasts, schemas in the registry, topics. Events are
 * stamped in the database before their first attempt, and sent until committed.
 *
 * ```ts
 * const relay = await startOutboxRelay({ database, source: 'lending',
 *   publishes: [{ eventType: BooksBorrowed, versions: [1, 2] }], …ports });
 * ```
 */
export const startOutboxRelay = (deps: OutboxRelayDeps): Promise<OutboxRelay> =>
  startRelay({ ...deps, database: createRelayDatabase(deps.database) });

/** The same on whatever database there is of an outbox. */
export const startRelay = async (
  deps: RelayPorts & { readonly database: RelayDatabase },
): Promise<OutboxRelay> => {
  const { database, source, ranges = defaultRanges } = deps;
  const limits = { ...defaultLimits, ...deps.limits };
  const checked = await checkPublications(deps, limits);
  await database.prepare(source, ranges);
  const relay = new Relay({ ...deps, ranges, limits, checked });
  await relay.start();
  return relay;
};

interface RelayDeps extends RelayPorts {
  readonly database: RelayDatabase;
  readonly ranges: number;
  readonly limits: RelayLimits;
  readonly checked: readonly CheckedPublication[];
}

class Relay implements OutboxRelay {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly publications: Publications;
  private readonly retirements: { close(ms: number): Promise<void> } | undefined;
  private readonly tally: RelayTally = {
    sent: 0,
    parked: 0,
    outcomes: { committed: 0, failed: 0, unknown: 0 },
  };
  private state: 'open' | 'closed' = 'open';
  private current: RelaySession | undefined;
  private running: Promise<void> = Promise.resolve();
  private lag: Lag | undefined;
  private unreachable: Trouble | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly deps: RelayDeps) {
    const { clock = systemClock, logger = silentLogger, policy } = deps;
    this.clock = clock;
    this.logger = logger;
    this.publications = new Publications(deps.checked, policy);
    this.retirements =
      policy &&
      followRetirements({
        policy,
        publications: this.publications,
        session: () => this.current,
        clock,
        logger,
      });
  }

  /** The first connection has to come about; later ones are tried for until they do. */
  async start(): Promise<void> {
    const connection = await this.connect();
    this.running = this.supervise(connection);
  }

  publishing(): ReadonlyMap<string, readonly Version[]> {
    return this.publications.versions();
  }

  health(): RelayHealth {
    if (this.state === 'closed') return { kind: 'closed' };
    if (this.unreachable !== undefined) return { kind: 'retrying', at: 'database', ...this.unreachable };
    const runs = [...(this.current?.owned().values() ?? [])];
    const [trouble] = runs.flatMap((run) => [run.trouble() ?? [], ...run.refused().values()].flat());
    if (trouble === undefined) return { kind: 'ready' };
    return { kind: 'retrying', at: 'broker', since: trouble.since, because: trouble.because };
  }

  stats(): RelayStats {
    const ranges = [...(this.current?.owned().keys() ?? [])].sort((a, b) => a - b);
    return { ...this.tally, outcomes: { ...this.tally.outcomes }, ranges, lag: this.lag };
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.state = 'closed';
    await this.retirements?.close(lastAcknowledgementsMs);
    this.current?.stop();
    await settleWithin(this.clock, this.deps.limits.drainMs, () => this.running);
  }

  private connect(): Promise<RelayConnection> {
    return this.deps.database.connect(this.deps.source);
  }

  private async supervise(first: RelayConnection): Promise<void> {
    let connection: RelayConnection | undefined = first;
    while (this.state === 'open') {
      try {
        connection ??= await this.connect();
        this.unreachable = undefined;
        await this.work(connection);
      } catch (error) {
        this.unreachable ??= { since: this.clock.now(), because: messageOf(error) };
        this.logger.warn({ err: error }, 'database of the outbox not reachable, trying again');
      }
      connection = undefined;
      if (this.state === 'open') await delay(this.clock, this.deps.limits.retryMs);
    }
  }

  private async work(connection: RelayConnection): Promise<void> {
    const { database, source, ranges, limits } = this.deps;
    const current = new RelaySession({
      connection,
      database,
      source,
      ranges,
      startRun: (range, store, locks) => this.startRun(range, store, locks),
      measured: (lag) => {
        this.lag = lag;
      },
      clock: this.clock,
      logger: this.logger,
      limits,
    });
    this.current = current;
    if (this.state === 'closed') current.stop();
    await current.run();
    this.current = undefined;
  }

  private startRun(
    range: number,
    store: RelaySession['store'],
    locks: { assertHeld(range: number): Promise<void> },
  ): RangeRun {
    const { source, transactionalId = source, codec, createProducer, partitioner, limits } = this.deps;
    return new RangeRun({
      range,
      source,
      transactionalId: `${transactionalId}.outbox.${range}`,
      store,
      publishing: this.publishingOf(store),
      createProducer,
      assertOwned: () => locks.assertHeld(range),
      codec,
      partitionOf: partitioner,
      maxMessageBytes: limits.maxMessageBytes,
      maxBatchBytes: limits.maxBatchBytes,
      tracing: this.deps.tracing,
      clock: this.clock,
      logger: this.logger,
      limits,
      tally: this.tally,
    });
  }

  private publishingOf(store: RelaySession['store']): RangePublishing {
    const { publications } = this;
    const types = new Map(this.deps.checked.map(({ eventType }) => [eventType.name, eventType]));
    return {
      eventTypes: () =>
        [...types.values()].filter(({ name }) => publications.of(name)?.published !== undefined),
      published: (name) => {
        const eventType = types.get(name);
        const live = publications.of(name);
        if (eventType === undefined || live?.published === undefined) return undefined;
        return { eventType, published: live.published, partitions: live.partitions };
      },
      deprecations: (name) => publications.of(name)?.deprecations ?? new Map<Version, Deprecation>(),
      refresh: (versions) => this.refresh(store, versions),
    };
  }

  /**
   * A version that is refused although nobody retires it any more was given back to use, unless it retires anew in the
   * meantime: what is noted is counted before the policy is asked.
   */
  private async refresh(store: RelaySession['store'], refused: readonly string[]): Promise<void> {
    const { policy } = this.deps;
    if (policy === undefined) return;
    const retirements = await store.retirements();
    await policy.catchUp();
    this.publications.refresh();
    for (const [eventType, versions] of this.publications.versions()) {
      for (const version of versions) {
        if (refused.includes(`${eventType} ${version}`)) await store.revive(eventType, version, retirements);
      }
    }
  }
}

const lastAcknowledgementsMs = 2_000;
