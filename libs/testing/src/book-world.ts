import {
  defineEventType,
  type Envelope,
  type EventType,
  type Instant,
  instantFromMillis,
  publishedVersions,
  toHeaders,
  topicOf,
  type Version,
  version,
} from '@baton/core';
import {
  type BindingSource,
  type ConsumerDeps,
  createConsumer,
  createTwinPublisher,
  type Event,
  type EventConsumer,
  type EventPublisher,
  type HandlerContext,
  handle,
  type TwinPublisherDeps,
} from '@baton/messaging';
import { type BrokerClient, MemoryBroker, type MemoryBrokerOptions } from './broker/memory-broker';
import { createJsonCodec, type JsonCodec } from './json-codec';
import { MemoryBindings } from './memory-bindings';
import { VirtualClock } from './virtual-clock';

export interface BookV1 {
  readonly n: number;
  readonly changeInfo: string;
}

export interface BookV2 {
  readonly n: number;
}

/** An event type with two versions, for tests. */
export const BookEvent = defineEventType<{ 1: BookV1; 2: BookV2 }, 2>({
  name: 'lending.BooksBorrowed',
  kind: 'event',
  newest: 2,
  versions: { 1: { schema: {} }, 2: { schema: {} } },
  downcasts: { 1: (data: BookV2): BookV1 => ({ n: data.n, changeInfo: 'none' }) },
  upcasts: {},
});

/** One call of a handler that did not fail. */
export interface Handled {
  readonly instance: string;
  readonly id: string;
  readonly key: string;
  readonly n: number;
  readonly source: string;
  /** The version whose message was handled. */
  readonly version: number;
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
}

export interface RunningConsumer {
  readonly consumer: EventConsumer;
  readonly client: BrokerClient;
  readonly instance: string;
}

export interface WorldConsumerOptions {
  readonly reads?: readonly number[];
  readonly bindings?: BindingSource;
  /** Runs before an event counts as handled; may take its time, or fail. */
  readonly onEvent?: (event: Event<{ readonly n: number }>, context: HandlerContext) => Promise<void> | void;
  readonly deps?: Partial<ConsumerDeps>;
}

export interface PutOptions {
  readonly key?: string;
  readonly n?: number;
  readonly createdAt?: number;
  /** Where to append: by default on the topic of every published version. */
  readonly on?: readonly number[];
  readonly partition?: number;
}

/** The lease and the other times that consumers of a world have. */
export const worldSettings = {
  leaseMs: 6_000,
  heartbeatIntervalMs: 500,
  commitIntervalMs: 200,
  retryMs: { first: 100, longest: 1_000 },
  drainMs: 2_000,
} as const;

/** A broker with the topics of `BookEvent`, one group's bindings, and everything its consumers handled. */
export class BookWorld {
  readonly clock = new VirtualClock();
  readonly broker: MemoryBroker;
  readonly bindings: MemoryBindings;
  readonly codec: JsonCodec = createJsonCodec();
  readonly handled: Handled[] = [];
  readonly group = 'reminders';
  private made = 0;

  constructor({ partitions = 1, ...options }: { partitions?: number } & Partial<MemoryBrokerOptions> = {}) {
    this.broker = new MemoryBroker({ clock: this.clock, ...options });
    this.bindings = new MemoryBindings(this.clock);
    for (const v of [1, 2]) this.broker.createTopic(this.topic(v), { partitions });
  }

  topic(v: number): string {
    return topicOf(BookEvent.name, version(v));
  }

  /** The instant `ms` from now. */
  in(ms: number): Instant {
    return instantFromMillis(this.clock.now() + ms);
  }

  version(v: number): Version {
    return version(v);
  }

  /** Appends an event outside any transaction, twins at once; answers its id. */
  put(published: readonly number[], options: PutOptions = {}): string {
    this.made += 1;
    const { key = 'k', n = this.made, createdAt = this.clock.now(), on = published, partition = 0 } = options;
    const envelope: Envelope = {
      id: `e${this.made}`,
      source: 'put',
      type: BookEvent.name,
      createdAt: instantFromMillis(createdAt),
      published: publishedVersions(published),
    };
    for (const v of on) {
      this.broker.append({
        topic: this.topic(v),
        partition,
        key,
        value: Buffer.from(JSON.stringify({ n })),
        headers: toHeaders(envelope, `/subjects/${this.topic(v)}-value/versions/1`),
        timestamp: createdAt,
      });
    }
    return envelope.id;
  }

  publisher(instance: string, versions: readonly number[], deps: Partial<TwinPublisherDeps> = {}) {
    const client = this.broker.connect(instance);
    let ids = 0;
    return this.clock.settle<EventPublisher>(
      createTwinPublisher({
        ...client,
        source: 'lending',
        instance,
        publishes: [{ eventType: BookEvent as EventType, versions }],
        codec: this.codec,
        newId: () => {
          ids += 1;
          return `${instance}-${ids}`;
        },
        ...deps,
      }),
    );
  }

  /** Makes a consumer in a process of its own. */
  consumer(instance: string, options: WorldConsumerOptions = {}): RunningConsumer {
    const { reads, onEvent, deps = {} } = options;
    const client = this.broker.connect(instance);
    const record = async (event: Event<{ readonly n: number }>, context: HandlerContext): Promise<void> => {
      await onEvent?.(event, context);
      if (!client.process.isAlive()) return;
      const { id, key, source, data } = event;
      const { responsible, partition, offset } = context;
      const at = this.clock.now();
      const what = { id, key, source, n: data.n, version: responsible, partition, offset };
      this.handled.push({ instance, at, ...what });
    };
    const consumer = createConsumer({
      ...client,
      group: this.group,
      instance,
      on: [handle(BookEvent, { 1: record, 2: record }, reads === undefined ? {} : { reads })],
      codec: this.codec,
      bindings: options.bindings ?? this.bindings.connect(client.clock),
      random: () => 0,
      settings: worldSettings,
      ...deps,
    });
    return { consumer, client, instance };
  }

  /** Makes a consumer and waits until it is ready. */
  async started(instance: string, options: WorldConsumerOptions = {}): Promise<RunningConsumer> {
    const running = this.consumer(instance, options);
    await this.clock.settle(running.consumer.start());
    return running;
  }

  /** The ids handled so far, in order. */
  ids(): readonly string[] {
    return this.handled.map(({ id }) => id);
  }

  committed(v: number, partition = 0): number | undefined {
    return this.broker.group(this.group).offsets.get({ topic: this.topic(v), partition }).offset;
  }

  /** Whether the group has committed both topics to their ends. */
  isDrained(): boolean {
    return [1, 2].every((v) =>
      this.broker
        .logs(this.topic(v))
        .every((log, partition) => (this.committed(v, partition) ?? 0) >= log.highWatermark()),
    );
  }

  /** Lets time pass until everything is read and committed. */
  drained(limitMs = 120_000): Promise<void> {
    return this.clock.until(() => this.isDrained(), limitMs);
  }
}
