import type { SchemaRegistry } from '@baton/contracts';
import type { ControlLog, GroupReader, PresenceStore } from '@baton/control';
import type { Topics } from '@baton/kafka';
import type { Clock, LogOffsets, TopicReader } from '@baton/messaging';
import type { Progress } from './output/streams';
import type { Settings } from './settings/settings';

/** What commands ask of the broker. Logs and presence are closed by who opens them. */
export interface BrokerPorts {
  readonly topics: Topics;
  readonly topicReader: TopicReader;
  readonly logOffsets: LogOffsets;
  readonly groupReader: GroupReader;
  /** Whether the brokers check permissions; left out where the client cannot tell. */
  readonly authorizer?: () => Promise<'on' | 'off'>;
  controlLog(): Promise<ControlLog>;
  presence(): PresenceStore;
  close(): Promise<void>;
}

/** What commands may use of the world. Connections are made on first use and closed after the command. */
export interface Context {
  readonly settings: Settings;
  readonly cwd: string;
  readonly clock: Clock;
  /** Who gives the command, for the control log. */
  readonly who: string;
  /** Draws an id that never comes twice. */
  newId(): string;
  readonly progress: Progress;
  broker(): BrokerPorts;
  registry(): SchemaRegistry;
}
