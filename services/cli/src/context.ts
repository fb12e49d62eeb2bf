import type { SchemaRegistry } from '@baton/contracts';
import type { ControlLog, GroupReader, PresenceStore, TopicGuard, UsageReader } from '@baton/control';
import type { AclGrant, Topics } from '@baton/kafka';
import type {
  Clock,
  GroupMemberFactory,
  LogOffsets,
  Partitioner,
  RecordReader,
  TopicReader,
  TransactionalProducerFactory,
} from '@baton/messaging';
import type { Printable } from './output/data-writer';
import type { Progress } from './output/streams';
import type { Settings } from './settings/settings';
import type { Terminal } from './terminal';

/** What commands ask of the broker. Logs and presence are closed by who opens them. */
export interface BrokerPorts {
  readonly topics: Topics;
  readonly topicReader: TopicReader;
  readonly logOffsets: LogOffsets;
  readonly groupReader: GroupReader;
  readonly groupMember: GroupMemberFactory;
  readonly transactionalProducer: TransactionalProducerFactory;
  readonly partitioner: Partitioner;
  readonly topicGuard: TopicGuard;
  readonly usageReader: UsageReader;
  /** Opens a reader of partitions; closed by who opens it. */
  recordReader(): RecordReader;
  /** Whether the brokers check permissions; left out where the client cannot tell. */
  readonly authorizer?: () => Promise<'on' | 'off'>;
  grant(grants: readonly AclGrant[]): Promise<void>;
  controlLog(): Promise<ControlLog>;
  presence(): PresenceStore;
  close(): Promise<void>;
}

/** What commands may use of the world. Connections are made on first use and closed after the command. */
export interface Context {
  readonly settings: Settings;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Who gives the command, for the control log. */
  readonly who: string;
  /** This process, as others see it in the presence. */
  readonly process: { readonly id: number; readonly host: string };
  /** Draws an id that never comes twice. */
  newId(): string;
  readonly progress: Progress;
  /** Standard input, and what can be asked of a person. */
  readonly terminal: Terminal;
  /** Aborted when the user interrupts; for commands that end by themselves then. */
  readonly interrupted: AbortSignal;
  /** Writes one of the lines of a command that has many; `held` where the document has to hold it. */
  line(item: Printable): 'written' | 'held';
  broker(): BrokerPorts;
  registry(): SchemaRegistry;
}
