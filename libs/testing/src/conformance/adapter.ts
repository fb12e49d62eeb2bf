import type { ControlLog, GroupReader, PresenceStore, TopicGuard, UsageReader } from '@baton/control';
import type {
  Clock,
  GroupMemberFactory,
  LogOffsets,
  RecordReader,
  TopicReader,
  TopicSettings,
  TransactionalProducerFactory,
} from '@baton/messaging';
import type { PortAdapter } from './promises';

/**
 * What an adapter may be unable to show. A promise that needs it is then skipped, by name.
 * `cut`: a client can be cut from the broker, and reached again. `silent-death`: a client can end without a word.
 * `lost-messages`: a single request, or the answer to it, can get lost, or a request come late. `retention`: records can be removed.
 * `restart`: the broker can be restarted. `write-refusal`: the broker checks rights.
 */
export type Feature = 'cut' | 'silent-death' | 'lost-messages' | 'retention' | 'restart' | 'write-refusal';

/** A client of the broker with its ports, as one process would have them. */
export interface ConformanceClient {
  /** The clock of its process. */
  readonly clock: Clock;
  readonly groupMember: GroupMemberFactory;
  readonly transactionalProducer: TransactionalProducerFactory;
  readonly logOffsets: LogOffsets;
  readonly topicReader: TopicReader;
  readonly groupReader: GroupReader;
  readonly usageReader: UsageReader;
  readonly topicGuard: TopicGuard;
  recordReader(): RecordReader;
  controlLog(topic: string): Promise<ControlLog>;
  presence(topic: string): PresenceStore;
  /** Ends its connections, and lets it make none until `restore`. */
  cut(): void;
  restore(): void;
  /** Loses the next message of this kind: the request before the broker sees it, or the answer to it. */
  lose(what: 'request' | 'response', of: LosableCall): void;
  /** Lets the next request of this kind come to the broker so much later. */
  delay(of: LosableCall, ms: number): void;
  /** Ends it without a word: nothing of it reaches the broker any more. */
  kill(): void;
}

/** The requests that can get lost: the end of a transaction, a commit of offsets, an append to the control log. */
export type LosableCall = 'end-transaction' | 'commit-offsets' | 'append';

/** A broker as one promise finds it: no topic, group or client of another one. */
export interface World {
  /** The time in which everything of this world happens; the broker's, too. */
  readonly clock: Clock;
  /** How long the broker lets a transaction stay open. */
  readonly transactionTimeoutMs: number;
  /** How long a client repeats a short request before it gives up. */
  readonly callLimitMs: number;
  /** How long a producer waits for an answer. */
  readonly producerLimitMs: number;
  /** A name of a group, topic or instance that nobody else has. */
  name(text: string): string;
  /** Makes a topic; of one partition, stamped by producers who may run ahead by a second, if nothing else is said. */
  createTopic(text: string, settings?: Partial<TopicSettings>): Promise<string>;
  /** Makes a client; nothing connects before it is used. */
  client(): Promise<ConformanceClient>;
  /** Appends outside of transactions, by no client of ours. */
  appendForeign(
    topic: string,
    record: { readonly key: string | null; readonly value: string | null },
  ): Promise<void>;
  /** Retention: removes the records of partition 0 below `offset`. */
  removeRecords(topic: string, offset: number): Promise<void>;
  /** Stops the broker and starts it again, with everything that it stored; resolves once it answers. */
  restartBroker(): Promise<void>;
  /** Ends all clients and removes what was made. */
  close(): Promise<void>;
}

/** One implementation of the client ports, with a broker to use them on. */
export type ConformanceAdapter = PortAdapter<World, Feature>;
