import type { ControlLog, GroupReader, PresenceStore, TopicGuard, UsageReader } from '@baton/control';
import type {
  Clock,
  GroupMemberFactory,
  LogOffsets,
  OutgoingRecord,
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
import { Network } from './network';
import type { PartitionLog } from './partition-log';
import { createPresenceStore } from './presence-store';
import { SimulatedProcess } from './process';
import { createProducerFactory } from './producer';
import { createTopicGuard } from './topic-guard';
import { TopicStore } from './topic-store';
import { Transactions } from './transactions';
import { createUsageReader } from './usage-reader';

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** How long one way takes, in milliseconds. */
  readonly latencyMs?: number;
  readonly transactionTimeoutMs?: number;
  /** The most records of one partition in one fetch. */
  readonly maxRecords?: number;
  readonly rejoin?: Rejoin;
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
  private readonly clock: Clock;
  private readonly maxRecords: number;
  private readonly rejoin: Rejoin;

  constructor({
    clock,
    latencyMs = 1,
    transactionTimeoutMs = 12_000,
    maxRecords = 20,
    rejoin = 'after-batches',
    authorizer = 'on',
  }: MemoryBrokerOptions) {
    this.clock = clock;
    this.maxRecords = maxRecords;
    this.rejoin = rejoin;
    this.network = new Network(clock, latencyMs);
    this.topics = new TopicStore(clock, authorizer);
    this.transactions = new Transactions(this.topics, clock, transactionTimeoutMs);
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
  append(record: OutgoingRecord): number {
    this.topics.check(record);
    return this.topics.append(record, undefined);
  }

  group(name: string): Group {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group = new Group(name, this.clock, (topic) => this.topics.logs(topic).length);
    this.groups.set(name, group);
    return group;
  }

  /** Connects a process. */
  connect(name: string): BrokerClient {
    const { network, topics, transactions, maxRecords, rejoin } = this;
    const process = new SimulatedProcess(name, this.clock);
    const groupReader = readGroupsOver(network, process, this.groupReader);
    return {
      process,
      clock: process.clock,
      createProducer: createProducerFactory(network, process, transactions),
      groupMember: (options) =>
        new SimulatedMember({
          network,
          process,
          topics,
          group: this.group(options.group),
          maxRecords,
          rejoin,
          options,
        }),
      logOffsets: createLogOffsets(network, process, topics),
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
