import { randomUUID } from 'node:crypto';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import { copiesOf } from './nodes';

export interface ProbeOptions {
  readonly timeoutMs?: number;
}

const connect = (brokers: readonly string[], timeoutMs: number): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId: 'baton-dev-stack',
    logLevel: logLevel.NOTHING,
    connectionTimeout: Math.min(1_000, timeoutMs),
    requestTimeout: timeoutMs,
    retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 0 },
  });

/** Whether one of the brokers answers a request for its metadata. */
export const brokerAnswers = async (
  brokers: readonly string[],
  options: ProbeOptions = {},
): Promise<boolean> => (await listBrokers(brokers, options)).length > 0;

/** Whether this very broker answers, and is one of those to which clients are sent. */
export const brokerServes = async (broker: string, options: ProbeOptions = {}): Promise<boolean> =>
  (await listBrokers([broker], options)).includes(broker);

const listBrokers = async (
  brokers: readonly string[],
  { timeoutMs = 5_000 }: ProbeOptions,
): Promise<readonly string[]> => {
  const admin = connect(brokers, timeoutMs).admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`);
  } catch {
    return [];
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

/**
 * Whether a message makes its way through the broker: topic created, written in a transaction, read by a group,
 * and everything removed again. It also makes the broker set up its internal topics, once.
 */
export const brokerCarries = async (
  brokers: readonly string[],
  { timeoutMs = 10_000 }: ProbeOptions = {},
): Promise<boolean> => {
  const kafka = new Kafka({
    brokers: [...brokers],
    clientId: 'baton-dev-stack',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { initialRetryTime: 50, maxRetryTime: 300, retries: 20 },
  });
  const name = `baton.stack-probe.${randomUUID()}`;
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic: name, numPartitions: 1, replicationFactor: copiesOf(brokers.length).copies }],
      waitForLeaders: true,
    });
    await writeOne(kafka, name);
    return await readsOne(kafka, name, timeoutMs);
  } catch {
    return false;
  } finally {
    await removeProbe(admin, name);
  }
};

const writeOne = async (kafka: Kafka, topic: string): Promise<void> => {
  const producer = kafka.producer({
    transactionalId: 'baton-stack-probe',
    maxInFlightRequests: 1,
    idempotent: true,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'probe', value: topic, partition: 0 }] });
    await transaction.commit();
  } finally {
    await producer.disconnect();
  }
};

const readsOne = async (kafka: Kafka, topic: string, timeoutMs: number): Promise<boolean> => {
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100, sessionTimeout: 6_000 });
  let timer: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received = new Promise<boolean>((resolve, reject) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
      consumer
        .run({ eachMessage: async ({ message }) => resolve(message.value?.toString() === topic) })
        .catch(reject);
    });
    return await received;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
};

const removeProbe = async (admin: Admin, name: string): Promise<void> => {
  await admin.deleteTopics({ topics: [name] }).catch(() => undefined);
  await admin.deleteGroups([name]).catch(() => undefined);
  await admin.disconnect().catch(() => undefined);
};

/** Whether the registry answers a request for its subjects. */
export const registryAnswers = async (
  registry: string,
  { timeoutMs = 5_000 }: ProbeOptions = {},
): Promise<boolean> => (await request(registry, { path: '/subjects', timeoutMs })) !== undefined;

/**
 * Whether a schema can be registered and read back; the scratch subject is removed again. A registry that starts
 * answers reads before it has read its own journal, but not before this write, which comes last in it.
 */
export const registryKeeps = async (
  registry: string,
  { timeoutMs = 5_000 }: ProbeOptions = {},
): Promise<boolean> => {
  const subject = `/subjects/baton.stack-probe.${randomUUID()}-value`;
  const ask = (path: string, method = 'GET', body?: unknown) =>
    request(registry, { path, method, body, timeoutMs });
  const registered = await ask(`${subject}/versions`, 'POST', { schema: '"string"' });
  if (registered === undefined) return false;
  const found = await ask(`${subject}/versions/1`);
  await ask(subject, 'DELETE');
  await ask(`${subject}?permanent=true`, 'DELETE');
  return found !== undefined;
};

const request = async (
  registry: string,
  {
    path,
    method = 'GET',
    body,
    timeoutMs,
  }: { path: string; method?: string; body?: unknown; timeoutMs: number },
): Promise<unknown> => {
  try {
    const response = await fetch(`${registry}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined
        ? {}
        : {
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
          }),
    });
    const answer: unknown = await response.json();
    return response.ok ? answer : undefined;
  } catch {
    return undefined;
  }
};
