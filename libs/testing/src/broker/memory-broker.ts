import type { ControlLog, GroupReader, PresenceStore, TopicGuard, UsageReader } from '@baton/control';
import type {
  Clock,
  GroupMemberFactory,
  LogOffsets,
  Partitioner,
  TopicReader,
  TopicSettings,
  TransactionalProducerFactory,
} from '@baton/messaging';
import { openControlLog } from './control-log';
import { Group } from './group';
import { type Rejoin, SimulatedMember } from './group-member';
import { createGroupReader, readGroupsOver } from './group-reader';
import { createLogOffsets } from './log-offsets';
import { type Latency, Network, type OnHit, type Patience } from './network';
import { noObserver, type Observer } from './observer';
import type { PartitionLog } from './partition-log';
import { createPresenceStore } from './presence-store';
import { type ClockError, SimulatedProcess } from './process';
import { createProducerFactory } from './producer';
import { createTopicGuard } from './topic-guard';
import { type StorableRecord, TopicStore } from './topic-store';
import { Transactions } from './transactions';
import { createUsageReader } from './usage-reader';

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** How long one way takes, in milliseconds. */
  readonly latencyMs?: Latency;
  readonly patience?: Patience;
  /** How long a transaction may stay open; a function where the broker does not look all the time. */
  readonly transactionTimeoutMs?: number | (() => number);
  /** How long after the decision the marker of one partition is written, in milliseconds. */
  readonly markerMs?: () => number;
  /** The most records of one partition in one fetch. */
  readonly maxRecords?: number;
  readonly rejoin?: Rejoin;
  /** How long a rebalance waits for a member; as long as its session if left out. */
  readonly rebalanceTimeoutMs?: number;
  /** Sees everything; nobody looks if left out. */
  readonly observer?: Observer;
  readonly onHit?: OnHit;
  /** Whether it checks rights, and so can refuse writes to a topic. */
  readonly authorizer?: 'on' | 'off';
}

/** The client ports of one process. */
export interface BrokerClient {
  readonly process: SimulatedProcess;
  readonly clock: Clock;
  readonly createProducer: TransactionalProducerFactory;
  readonly groupMember: GroupMemberFactory;
  readonly logOffsets: LogOffsets;
  readonly topics: TopicReader;
  readonly partitioner: Partitioner;
  readonly groupReader: GroupReader;
  readonly usageReader: UsageReader;
  readonly topicGuard: TopicGuard;
  /** Opens a log on a topic of one partition with log-append time; `baton.control` if left out. */
  controlLog(topic?: string): Promise<ControlLog>;
  /** Opens the presence topic; `baton.presence` if left out. */
  presence(topic?: string): PresenceStore;
}

/** A broker in this process's memory: it keeps, hides, fences and rebalances as Kafka does, in the time of its clock. */
export class MemoryBroker {
  readonly network: Network;
  readonly transactions: Transactions;
  /** What a tool sees of the groups, without any network between. */
  readonly groupReader: GroupReader;
  private readonly topics: TopicStore;
  private readonly groups = new Map<string, Group>();
  private readonly observer: Observer;

  constructor(private readonly options: MemoryBrokerOptions) {
    const { clock, transactionTimeoutMs = 12_000, authorizer = 'on' } = options;
    const { latencyMs = 1, patience = {}, onHit = () => {}, observer = noObserver } = options;
    this.observer = observer;
    this.network = new Network({ clock, latency: latencyMs, patience, onHit });
    this.topics = new TopicStore(clock, authorizer, observer);
    this.transactions = new Transactions({
      topics: this.topics,
      clock,
      timeoutMs: typeof transactionTimeoutMs === 'number' ? () => transactionTimeoutMs : transactionTimeoutMs,
      markerMs: options.markerMs ?? (() => 0),
      observer,
    });
    this.groupReader = createGroupReader({
      groups: this.groups,
      partitionCount: (topic) => this.topics.logs(topic).length,
    });
  }

  createTopic(name: string, settings: Partial<TopicSettings> = {}): void {
    this.topics.create(name, settings);
  }

  deleteTopic(name: string): void {
    this.topics.delete(name);
  }

  /** The partitions of a topic. */
  logs(topic: string): readonly PartitionLog[] {
    return this.topics.logs(topic);
  }

  log(topic: string, partition = 0): PartitionLog {
    return this.topics.log(topic, partition);
  }

  /** Appends outside any transaction, as a foreign producer could. */
  append(record: StorableRecord): number {
    this.topics.assertWritable(record);
    this.topics.appendBatch([record], undefined);
    return this.topics.log(record.topic, record.partition).highWatermark() - 1;
  }

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const { clock } = this.options;
    const partitionCount = (topic: string): number | undefined => this.topics.settings(topic)?.partitions;
    const group = new Group(name, clock, {
      partitionCount,
      observer: this.observer,
      awayUntil: () => this.network.brokerDownUntil(),
    });
    this.groups.set(name, group);
    return group;
  }

  /** Connects a process. */
  connect(name: string, clockError?: ClockError): BrokerClient {
    const { network, topics, transactions, observer } = this;
    const { clock, maxRecords = 20, rejoin = 'after-batches', rebalanceTimeoutMs } = this.options;
    const process = new SimulatedProcess(name, clock, clockError);
    const groupReader = readGroupsOver(network, process, this.groupReader);
    return {
      process,
      clock: process.clock,
      createProducer: createProducerFactory({ network, process, transactions, observer }),
      groupMember: (options) =>
        new SimulatedMember({
          network,
          process,
          topics,
          group: this.group(options.group),
          maxRecords,
          rejoin,
          rebalanceTimeoutMs,
          options,
          observer,
        }),
      logOffsets: createLogOffsets({ network, process, topics, observer }),
      topics: {
        settings: (topic) => network.call(process, 'read-offsets', () => topics.settings(topic)),
      },
      partitioner: partitionByHash,
      groupReader,
      usageReader: createUsageReader({
        network,
        process,
        topics,
        groupReader,
        groups: () => [...this.groups].filter(([, group]) => group.exists()).map(([known]) => known),
      }),
      topicGuard: createTopicGuard(network, process, topics),
      controlLog: (topic = 'baton.control') => openControlLog({ network, process, topics, topic }),
      presence: (topic = 'baton.presence') => createPresenceStore({ network, process, topics, topic }),
    };
  }
}

/** Spreads keys evenly, and the same for every client. */
export const partitionByHash: Partitioner = (key, partitionCount) => {
  let hash = 0;
  for (const unit of Buffer.from(key)) hash = (hash * 31 + unit) >>> 0;
  return hash % partitionCount;
};
