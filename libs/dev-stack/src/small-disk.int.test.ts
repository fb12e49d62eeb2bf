import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { BatonError } from '@baton/core';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { isAlive } from './process-identity';
import { smallDiskSupport } from './small-disk';
import { startStack } from './stack';
import { waitFor } from './wait';
import type { Environment } from './ways';

jest.setTimeout(180_000);

/** These tests start stacks of their own, whatever the others use. */
const env: Environment = { ...process.env, KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined };
const start = () =>
  startStack({
    root: tmpdir(),
    name: 'disk',
    ephemeral: true,
    env,
    brokerOptions: { smallDisk: { sizeMb: 48 }, settings: { 'message.max.bytes': '200000' } },
  });

const value = 'v'.repeat(50_000);
const send = (producer: Producer) =>
  producer.send({ topic: 'x', acks: -1, messages: [{ key: 'k', value, partition: 0 }] });

it('a broker ends when its disk is full, and has what it acknowledged when there is room again; a machine that mounts none says so', async () => {
  const support = await smallDiskSupport(env);
  if (!support.usable) {
    expect(support.because).not.toBe('');
    await expect(start()).rejects.toThrow(BatonError);
    return;
  }
  const stack = await start();
  const kafka = new Kafka({ brokers: stack.brokers, logLevel: logLevel.NOTHING, retry: { retries: 1 } });
  const [producer, admin] = [kafka.producer(), kafka.admin()];
  try {
    await Promise.all([producer.connect(), admin.connect()]);
    await admin.createTopics({ topics: [{ topic: 'x', numPartitions: 1 }], waitForLeaders: true });
    await expect(
      producer.send({ topic: 'x', messages: [{ key: 'k', value: value.repeat(5), partition: 0 }] }),
    ).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    await send(producer);
    await stack.fillDisk();
    let acknowledged = 1;
    const refused = async () => {
      const sent = await send(producer).then(
        () => true,
        () => false,
      );
      acknowledged += sent ? 1 : 0;
      return !sent;
    };
    expect(await waitFor(refused, { timeoutMs: 20_000, everyMs: 0 })).toBe(true);
    const { broker } = stack.state().pids;
    const ended = async () => broker !== undefined && !(await isAlive(broker));
    expect(await waitFor(ended, { timeoutMs: 20_000 })).toBe(true);

    await stack.freeDisk();
    await stack.startBroker();
    const [partition] = await admin.fetchTopicOffsets('x');
    expect(Number(partition?.offset)).toBeGreaterThanOrEqual(acknowledged);
    await send(producer);
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()]);
    await stack.stop();
  }
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(stack.state().dataDir);
});

it('a stack that keeps its messages gets no disk that is lost when it stops', async () => {
  const kept = { root: tmpdir(), name: 'disk', env, brokerOptions: { smallDisk: { sizeMb: 48 } } };
  await expect(startStack(kept)).rejects.toMatchObject({ code: 'invalid-argument' });
});
