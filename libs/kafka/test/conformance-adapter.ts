import { randomUUID } from 'node:crypto';
import { silentLogger, systemClock, type TopicSettings } from '@baton/messaging';
import { apiKeys, createKafkaProxy } from '@baton/testing';
import type { ConformanceAdapter, ConformanceClient, LosableCall, World } from '@baton/testing/conformance';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
  Partitioners,
  ResourcePatternTypes,
} from 'kafkajs';
import { createKafkaPorts, type TopicSpec, unlimitedMs } from '../src';
import { createClientFactory } from '../src/client';
import { createTransactionalProducerFactory } from '../src/transactional-producer';
import { brokers, eventually } from './stack';

const transactionTimeoutMs = 8_000;
/** How long a client tries before it gives up. */
const limitMs = 3_000;
/** How long a producer does; kafkajs takes five seconds to believe that a topic is missing. */
const callLimitMs = 6_000;

const apiOf: Record<LosableCall, number> = {
  'end-transaction': apiKeys.endTxn,
  'commit-offsets': apiKeys.offsetCommit,
  append: apiKeys.produce,
};

/** Our ports on kafkajs and the broker of the test stack; each client goes through a proxy of its own. */
export const kafkaAdapter: ConformanceAdapter = {
  name: 'kafkajs',
  features: new Set(['cut', 'silent-death', 'lost-messages', 'retention', 'write-refusal']),
  limitMs: 60_000,
  open: async () => openWorld(brokers(), () => Promise.reject(new Error('This broker is shared.'))),
};

/** A world on the brokers at these addresses. */
export const openWorld = async (
  addresses: readonly string[],
  restartBroker: () => Promise<void>,
): Promise<World> => {
  const suffix = randomUUID().slice(0, 8);
  const kafka = new Kafka({ brokers: [...addresses], clientId: 'conformance', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const direct = createKafkaPorts({ brokers: addresses, clientId: 'conformance', logger: silentLogger });
  const made: string[] = [];
  const clients: Client[] = [];
  const name = (text: string): string => `test.${text}.${suffix}.${made.length}.${randomUUID().slice(0, 4)}`;
  return {
    clock: systemClock,
    transactionTimeoutMs,
    callLimitMs: limitMs,
    producerLimitMs: callLimitMs,
    name,
    createTopic: async (text, settings = {}) => {
      const topic = name(text);
      made.push(topic);
      await direct.topics.apply([specOf(topic, settings)]);
      return topic;
    },
    client: async () => {
      const client = await connect(addresses, name('client'));
      clients.push(client);
      return client;
    },
    appendForeign: async (topic, { key, value }) => {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      await producer.send({ topic, messages: [{ key, value, partition: 0 }] });
      await producer.disconnect();
    },
    removeRecords: (topic, offset) => removeRecords(admin, topic, offset),
    restartBroker,
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
      try {
        if (made.length > 0) await admin.deleteAcls({ filters: made.map(everyAclOf) });
        await direct.topics.remove(made);
      } finally {
        await Promise.all([direct.close(), admin.disconnect()]);
      }
    },
  };
};

interface Client extends ConformanceClient {
  end(): Promise<void>;
}

const connect = async (addresses: readonly string[], clientId: string): Promise<Client> => {
  const proxy = await createKafkaProxy({ brokers: addresses });
  const reach = { brokers: proxy.brokers, clientId };
  const ports = createKafkaPorts({ ...reach, logger: silentLogger, limitMs });
  const opened: (() => Promise<unknown>)[] = [];
  const opening = (topics: object) => {
    const more = createKafkaPorts({ ...reach, logger: silentLogger, limitMs, ...topics });
    opened.push(() => more.close());
    return more;
  };
  let cut: { end(): void } | undefined;
  return {
    ...ports,
    clock: systemClock,
    groupMember: (options) => {
      const member = ports.groupMember(options);
      opened.push(() => member.stop());
      return member;
    },
    transactionalProducer: createTransactionalProducerFactory({
      newClient: createClientFactory(reach, silentLogger),
      clock: systemClock,
      transactionTimeoutMs,
      callLimitMs,
    }),
    controlLog: async (controlTopic) => {
      const log = await opening({ controlTopic }).controlLog();
      opened.push(() => log.close());
      return log;
    },
    presence: (presenceTopic) => {
      const store = opening({ presenceTopic }).presence();
      opened.push(() => store.close());
      return store;
    },
    recordReader: () => {
      const reader = ports.recordReader();
      opened.push(() => reader.close());
      return reader;
    },
    cut: () => {
      cut = proxy.inject({ kind: 'cut' });
    },
    restore: () => cut?.end(),
    lose: (what, of) => {
      const direction = what === 'request' ? 'requests' : 'responses';
      proxy.inject({ kind: 'drop', direction, api: apiOf[of], after: 'close' });
    },
    delay: (of, ms) => {
      proxy.inject({ kind: 'latency', ms, direction: 'requests', api: apiOf[of] });
    },
    kill: () => {
      proxy.inject({ kind: 'cut' });
    },
    end: async () => {
      await Promise.all(opened.map((close) => close()));
      await ports.close();
      await proxy.close();
    },
  };
};

const specOf = (
  topic: string,
  {
    partitions = 1,
    timestampType = 'CreateTime',
    timestampAfterMaxMs = 1_000,
    retentionMs = 3_600_000,
    cleanupPolicy = 'delete',
  }: Partial<TopicSettings>,
): TopicSpec => ({
  topic,
  partitions,
  config: {
    'cleanup.policy': cleanupPolicy,
    'message.timestamp.type': timestampType,
    'message.timestamp.after.max.ms': String(timestampAfterMaxMs),
    'message.timestamp.before.max.ms': unlimitedMs,
    'retention.ms': String(Number.isFinite(retentionMs) ? retentionMs : -1),
  },
});

const everyAclOf = (topic: string) => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
});

const removeRecords = async (admin: Admin, topic: string, offset: number): Promise<void> => {
  const low = async () => Number((await admin.fetchTopicOffsets(topic))[0]?.low);
  await low();
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await eventually(async () => (await low()) >= offset);
};
