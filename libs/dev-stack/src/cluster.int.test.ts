import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaProxy } from '@baton/testing';
import { type Admin, Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Stack } from './controls';
import { isAlive, type ProcessIdentity } from './process-identity';
import { findStack, startStack, stopStack } from './stack';
import { waitFor } from './wait';
import type { Environment } from './ways';

jest.setTimeout(240_000);

/** These tests start a stack of their own, whatever the others use. */
const env: Environment = { ...process.env, KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined };

let root: string;
let stack: Stack;
let admin: Admin;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-root-'));
  stack = await startStack({ root, name: 'three', env, brokers: 3 });
  admin = clientOf(stack).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin?.disconnect();
  await stopStack({ root, name: 'three', purge: true, env });
  await rm(root, { recursive: true, force: true });
});

const clientOf = ({ brokers }: Stack) =>
  new Kafka({
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 30 },
  });

const createTopic = (topic: string) =>
  admin.createTopics({
    topics: [{ topic, numPartitions: 1, replicationFactor: 3 }],
    waitForLeaders: true,
  });

/** A client that asks a broker that hangs for the leaders gives up at once; nothing was sent then, and the next one asks another. */
const send = async (topic: string, value: string) => {
  const sent = await waitFor(
    () =>
      sendOnce(topic, value).catch((error: Error) => {
        if (error.message === 'Broker not connected') return false;
        throw error;
      }),
    { timeoutMs: 60_000 },
  );
  expect(sent).toBe(true);
};

const sendOnce = async (topic: string, value: string): Promise<true> => {
  const producer = clientOf(stack).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  try {
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ key: 'k', value, partition: 0 }] });
    return true;
  } finally {
    await producer.disconnect();
  }
};

const endOf = async (topic: string) => Number((await admin.fetchTopicOffsets(topic))[0]?.offset);

const leadsElsewhere = (topic: string, node: number) =>
  waitFor(
    async () => {
      const leader = await stack.leaderOf(topic).catch(() => node);
      return leader !== node;
    },
    { timeoutMs: 30_000 },
  );

const inSync = () => waitFor(() => stack.inSync(), { timeoutMs: 60_000 });

describe('a stack of three brokers', () => {
  it('keeps internal topics and schemas three times', async () => {
    const { topics } = await admin.fetchTopicMetadata();
    const copies = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ replicas }) => `${name}: ${replicas.length}`),
    );
    expect([...new Set(copies)].sort()).toEqual(
      [
        '__consumer_offsets',
        '__transaction_state',
        'kafkasql-journal',
        'kafkasql-snapshots',
        'registry-events',
      ].map((name) => `${name}: 3`),
    );
  });

  it('is reached through a fault proxy that knows one of them, and loses a single one', async () => {
    await admin.createTopics({
      topics: [{ topic: 'led-by-all', numPartitions: 3, replicationFactor: 3 }],
      waitForLeaders: true,
    });
    const leaders = await Promise.all([0, 1, 2].map((partition) => stack.leaderOf('led-by-all', partition)));
    expect([...leaders].sort()).toEqual([1, 2, 3]);
    const [known = ''] = stack.brokers;
    const proxy = await createKafkaProxy({ brokers: [known] });
    const producer = new Kafka({
      brokers: proxy.brokers,
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    }).producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 } });
    const sendTo = (partition: number) =>
      producer.send({ topic: 'led-by-all', messages: [{ value: 'v', partition }] });
    try {
      await producer.connect();
      for (const partition of [0, 1, 2]) await sendTo(partition);
      expect(new Set(proxy.connections().map(({ broker }) => broker))).toEqual(new Set(stack.brokers));
      proxy.inject({ kind: 'cut', broker: stack.brokers[(leaders[1] ?? 0) - 1] ?? '' });
      await expect(sendTo(1)).rejects.toThrow();
      await sendTo(0);
      await sendTo(2);
    } finally {
      await producer.disconnect();
      await proxy.close();
    }
  });

  it('goes on without its leader, and without one that hangs', async () => {
    await createTopic('goes-on');
    await send('goes-on', 'one');
    const killed = await stack.leaderOf('goes-on');
    await stack.killBroker(killed);
    expect(await leadsElsewhere('goes-on', killed)).toBe(true);
    await send('goes-on', 'two');
    expect(await stack.inSync()).toBe(false);
    await stack.startBroker(killed);
    expect(await inSync()).toBe(true);

    const paused = await stack.leaderOf('goes-on');
    await stack.pauseBroker(paused);
    try {
      expect(await leadsElsewhere('goes-on', paused)).toBe(true);
      await send('goes-on', 'three');
    } finally {
      await stack.resumeBroker(paused);
    }
    expect(await inSync()).toBe(true);
    expect(await endOf('goes-on')).toBe(3);
  });

  it('can be without its registry, killed or hanging', async () => {
    const pid = stack.pidOf('registry');
    await stack.killRegistry();
    await expect(fetch(`${stack.registry}/subjects`)).rejects.toThrow();
    await stack.startRegistry();
    expect(stack.pidOf('registry')).not.toBe(pid);
    await stack.pauseRegistry();
    try {
      await expect(
        fetch(`${stack.registry}/subjects`, { signal: AbortSignal.timeout(300) }),
      ).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      await stack.resumeRegistry();
    }
    expect((await fetch(`${stack.registry}/subjects`)).ok).toBe(true);
  });

  it('refuses a broker that it does not have, another number of brokers, and a disk it does not have', async () => {
    const refused = { code: 'invalid-argument' };
    await expect(stack.killBroker(4)).rejects.toMatchObject(refused);
    await expect(startStack({ root, name: 'three', env, brokers: 1 })).rejects.toMatchObject(refused);
    await expect(stack.fillDisk()).rejects.toMatchObject(refused);
  });

  it('is found, stops whole, and comes back with its messages and addresses', async () => {
    await createTopic('kept');
    await send('kept', 'one');
    expect((await findStack({ root, name: 'three', env }))?.brokers).toEqual(stack.brokers);
    const processes = Object.values(stack.state().pids) as readonly ProcessIdentity[];
    expect(processes).toHaveLength(4);
    expect(await stopStack({ root, name: 'three', env })).toBe('stopped');
    expect(await Promise.all(processes.map(isAlive))).toEqual([false, false, false, false]);

    const { brokers } = stack;
    stack = await startStack({ root, name: 'three', env });
    expect(stack.brokers).toEqual(brokers);
    expect(await endOf('kept')).toBe(1);
  });
});
