import type { SchemaRegistry } from '@baton/contracts';
import type { ControlLog, GroupReader, PresenceStore } from '@baton/control';
import { BatonError } from '@baton/core';
import {
  type Clock,
  type GroupMemberFactory,
  type Logger,
  type LogOffsets,
  type Partitioner,
  systemClock,
  type TopicReader,
  type TransactionalProducerFactory,
} from '@baton/messaging';
import type { Admin } from 'kafkajs';
import { createBrokerCalls } from './broker-calls';
import { type ClientOptions, createClientFactory } from './client';
import { openControlLog } from './control-log';
import { settleWithin, toBatonError } from './errors';
import { createGroupMemberFactory } from './group-member';
import { createGroupReader } from './group-reader';
import { createLogOffsets } from './log-offsets';
import { partitioner } from './partitioner';
import { createPresenceStore } from './presence';
import { createSchemaRegistry } from './registry';
import type { RegistryOptions } from './registry-http';
import { createTopicReader } from './topic-reader';
import { createTopics, type Topics } from './topics';
import { createTransactionalProducerFactory } from './transactional-producer';

export interface KafkaPortsOptions extends ClientOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** The base of the registry's API; needed by `registry` only. */
  readonly registryUrl?: string;
  readonly registryAuth?: NonNullable<RegistryOptions['auth']>;
  readonly controlTopic?: string;
  readonly presenceTopic?: string;
  /** How long calls wait for brokers that are away, before they reject with `broker-unavailable`; 30 s by default. */
  readonly limitMs?: number;
}

/** Every port of the client, over one shared connection for short requests. */
export interface KafkaPorts {
  readonly groupMember: GroupMemberFactory;
  readonly transactionalProducer: TransactionalProducerFactory;
  readonly logOffsets: LogOffsets;
  readonly topicReader: TopicReader;
  readonly topics: Topics;
  readonly groupReader: GroupReader;
  readonly partitioner: Partitioner;
  /** Throws `invalid-configuration` if no URL of a registry was given. */
  registry(): SchemaRegistry;
  /** Opens the control log; the caller closes it. */
  controlLog(): Promise<ControlLog>;
  /** Opens the presence topic; the caller closes it. */
  presence(): PresenceStore;
  /** Closes the shared connection. What was opened by a caller is closed by the caller. */
  close(): Promise<void>;
}

/** Makes the ports; nothing connects before it is used. */
export const createKafkaPorts = ({
  logger,
  clock = systemClock,
  controlTopic = 'baton.control',
  presenceTopic = 'baton.presence',
  registryUrl,
  registryAuth,
  limitMs = 30_000,
  ...options
}: KafkaPortsOptions): KafkaPorts => {
  const newClient = createClientFactory(options, logger);
  const calls = createBrokerCalls({ newClient, logger, clock, limitMs });
  const admin = lazyAdmin(() => newClient().admin());
  const deps = { newClient, calls, clock, logger };
  return {
    groupMember: createGroupMemberFactory(deps),
    transactionalProducer: createTransactionalProducerFactory({ newClient, clock }),
    logOffsets: createLogOffsets(calls),
    topicReader: createTopicReader(calls, admin.connected),
    topics: createTopics({ calls, connectedAdmin: admin.connected, clock }),
    groupReader: createGroupReader(calls),
    partitioner,
    registry: () => openRegistry(registryUrl, registryAuth),
    controlLog: () => openControlLog({ ...deps, limitMs, topic: controlTopic }),
    presence: () => createPresenceStore({ ...deps, limitMs, topic: presenceTopic }),
    close: async () => {
      await Promise.all([calls.close(), settleWithin(clock, 5_000, admin.disconnect)]);
    },
  };
};

const openRegistry = (url: string | undefined, auth: RegistryOptions['auth']): SchemaRegistry => {
  if (url === undefined) {
    throw new BatonError('invalid-configuration', 'Expected the URL of a schema registry, got none.');
  }
  return createSchemaRegistry({ url, ...(auth === undefined ? {} : { auth }) });
};

const lazyAdmin = (make: () => Admin) => {
  let connecting: Promise<Admin> | undefined;
  const connect = async (): Promise<Admin> => {
    const admin = make();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      connecting = undefined;
      await admin.disconnect().catch(() => {});
      throw toBatonError(error, 'Connecting to the brokers');
    }
  };
  return {
    connected: (): Promise<Admin> => {
      connecting ??= connect();
      return connecting;
    },
    disconnect: async (): Promise<void> => {
      const given = connecting;
      connecting = undefined;
      await (await given)?.disconnect();
    },
  };
};
