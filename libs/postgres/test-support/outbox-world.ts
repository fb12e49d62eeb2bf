import { headerNames, topicOf, version } from '@baton/core';
import { type FetchedRecord, silentLogger, systemClock } from '@baton/messaging';
import { type BrokerClient, createJsonCodec, MemoryBroker } from '@baton/testing';
import type { Database } from '../src/database/database';
import { type Outbox, openOutbox } from '../src/outbox/outbox';
import { type OutboxRelay, type OutboxRelayDeps, startOutboxRelay } from '../src/outbox/relay';
import { Book, Return } from './books';

export const quick = {
  pollMs: 20,
  balanceMs: 20,
  retryMs: 5,
  refusedPauseMs: 30,
  lagMs: 20,
  marginMs: 1_000,
} as const;

/** A broker in memory with the topics of the test types, an outbox, and relays that tests start. */
export class OutboxWorld {
  readonly broker = new MemoryBroker({ clock: systemClock });
  readonly relays: { readonly relay: OutboxRelay; readonly client: BrokerClient }[] = [];
  outbox: Outbox = undefined as never;
  private ids = 0;
  private clients = 0;

  constructor(
    readonly database: Database,
    partitions = 3,
    private readonly ranges = 2,
  ) {
    for (const topic of this.topics()) this.broker.createTopic(topic, { partitions });
  }

  /** Empties the database, so that tests can share one. */
  async open(): Promise<this> {
    await this.database.query('DROP SCHEMA IF EXISTS baton CASCADE');
    this.outbox = await openOutbox({
      database: this.database,
      source: 'lending',
      eventTypes: [Book, Return],
      ranges: this.ranges,
      newId: () => {
        this.ids += 1;
        return `e${this.ids}`;
      },
    });
    return this;
  }

  topics(): readonly string[] {
    return [topicOf(Book.name, version(1)), topicOf(Book.name, version(2)), topicOf(Return.name, version(1))];
  }

  async relay(deps: Partial<OutboxRelayDeps> = {}): Promise<OutboxRelay> {
    this.clients += 1;
    const client = this.broker.connect(`relay-${this.clients}`);
    const { limits, ...others } = deps;
    const relay = await startOutboxRelay({
      database: this.database,
      source: 'lending',
      publishes: [
        { eventType: Book, versions: [1, 2] },
        { eventType: Return, versions: [1] },
      ],
      codec: createJsonCodec(),
      createProducer: client.createProducer,
      topics: client.topics,
      partitioner: client.partitioner,
      ranges: this.ranges,
      clock: client.clock,
      logger: silentLogger,
      limits: { ...quick, ...limits },
      ...others,
    });
    this.relays.push({ relay, client });
    return relay;
  }

  /** Publishes one book in a transaction of its own. */
  book(key: string, n: number, title = 'Momo'): Promise<{ readonly id: string }> {
    return this.database.transaction((tx) => this.outbox.publish(tx, Book, { key, data: { n, title } }));
  }

  returned(key: string, n: number): Promise<{ readonly id: string }> {
    return this.database.transaction((tx) => this.outbox.publish(tx, Return, { key, data: { n } }));
  }

  visible(topic: string): readonly FetchedRecord[] {
    return this.broker.logs(topic).flatMap((log) => log.committed());
  }

  /** The ids on version `v` of the book topic, by partition. */
  idsOn(v: number): readonly string[] {
    return this.visible(topicOf(Book.name, version(v))).map(idOf);
  }

  async close(): Promise<void> {
    for (const { relay } of this.relays) await relay.close();
  }
}

export const idOf = (record: FetchedRecord): string => String(record.headers[headerNames.id]);

/** Resolves once `fact` holds; fails with what it waited for after `limitMs`. */
export const until = async (fact: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!(await fact())) {
    if (Date.now() > end) throw new Error(`Expected within ${limitMs} ms: ${fact.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
