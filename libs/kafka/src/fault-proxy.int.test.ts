import { type FetchedBatch, type OutgoingRecord, readCommittedFilter } from '@baton/messaging';
import { apiKeys, createKafkaProxy, type KafkaProxy } from '@baton/testing';
import { brokers, createTestPorts, eventually } from '../test/stack';

jest.setTimeout(90_000);

const direct = createTestPorts();
let proxy: KafkaProxy;
let through: ReturnType<typeof createTestPorts>;
beforeAll(async () => {
  proxy = await createKafkaProxy({ brokers: brokers() });
  through = createTestPorts({ brokers: proxy.brokers, limitMs: 4_000 });
});
afterEach(() => proxy.heal());
afterAll(async () => {
  await through.close();
  expect(proxy.problems()).toEqual([]);
  await proxy.close();
  await direct.close();
});

const recordOf = (topic: string, value: string): OutgoingRecord => ({
  topic,
  partition: 0,
  key: 'k',
  value: Buffer.from(value),
  headers: {},
  timestamp: Date.now(),
});

const publish = async (topic: string, value: string): Promise<void> => {
  const producer = await through.ports.transactionalProducer(`${topic}-publisher`);
  try {
    await producer.begin();
    await producer.send([recordOf(topic, value)]);
    await producer.commit();
  } finally {
    await producer.close();
  }
};

/** A group member behind the proxy, with the committed values in the order in which it first saw them. */
const follow = async (topic: string) => {
  const values: string[] = [];
  const crashes: unknown[] = [];
  let position = 0;
  const batch = async ({ records, aborted, fetchedOffset }: FetchedBatch) => {
    for (const { offset, value } of [...records].filter(readCommittedFilter(aborted))) {
      if (offset < position) continue;
      values.push(String(value));
      position = offset + 1;
    }
    return { nextOffset: ([...records].at(-1)?.offset ?? fetchedOffset - 1) + 1 };
  };
  const member = through.ports.groupMember({
    group: `${topic}-group`,
    topics: [topic],
    assignor: {
      name: 'all',
      assign: ([one]) => new Map(one ? [[one.memberId, new Map([[topic, [0]]])]] : []),
    },
    metadata: () => '',
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 500,
  });
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: (error) => crashes.push(error),
    batch,
  });
  const stop = async () => {
    await member.stop();
    expect(crashes).toEqual([]);
  };
  return { values, stop };
};

describe('the fault proxy before a real broker', () => {
  it('carries publishing and consuming, and no client gets past it', async () => {
    const topic = await direct.eventTopic('through');
    const reader = await follow(topic);
    await publish(topic, 'one');
    await eventually(() => reader.values.length === 1);
    const cut = proxy.inject({ kind: 'cut' });
    await expect(through.ports.logOffsets.end(topic)).rejects.toMatchObject({ code: 'broker-unavailable' });
    expect(cut.hits()).toBeGreaterThan(0);
    cut.end();
    await publish(topic, 'after the cut');
    await eventually(() => reader.values.length === 2, 40_000);
    expect(reader.values).toEqual(['one', 'after the cut']);
    await reader.stop();
  });

  it.each(['hang', 'close'] as const)(
    'drops the answer to a commit, whose outcome is then unknown and whose event is there once: %s',
    async (after) => {
      const topic = await direct.eventTopic(`unknown-${after}`);
      const reader = await follow(topic);
      const producer = await through.ports.transactionalProducer(`${topic}-publisher`);
      await producer.begin();
      await producer.send([recordOf(topic, 'once')]);
      const drop = proxy.inject({ kind: 'drop', direction: 'responses', api: apiKeys.endTxn, after });
      await expect(producer.commit()).rejects.toMatchObject({ code: 'outcome-unknown' });
      expect(drop.hits()).toBe(1);
      await producer.close();
      await publish(topic, 'the next');
      await eventually(() => reader.values.length >= 2);
      expect(reader.values).toEqual(['once', 'the next']);
      await reader.stop();
    },
  );

  it('drops the request to commit, whose event is then never seen', async () => {
    const topic = await direct.eventTopic('never');
    const reader = await follow(topic);
    const producer = await through.ports.transactionalProducer(`${topic}-publisher`);
    await producer.begin();
    await producer.send([recordOf(topic, 'never')]);
    proxy.inject({ kind: 'drop', direction: 'requests', api: apiKeys.endTxn, after: 'close' });
    await expect(producer.commit()).rejects.toMatchObject({ code: 'outcome-unknown' });
    await producer.close();
    await publish(topic, 'the next');
    await eventually(() => reader.values.length >= 1);
    expect(reader.values).toEqual(['the next']);
    await reader.stop();
  });

  it.each([{ kind: 'half-open' }, { kind: 'one-way', passes: 'requests' }] as const)(
    'keeps clients waiting no longer than their limits, and they come back: $kind',
    async (fault) => {
      const topic = await direct.eventTopic(fault.kind);
      const reader = await follow(topic);
      await publish(topic, 'before');
      await eventually(() => reader.values.length === 1);
      const silence = proxy.inject(fault);
      const startedAt = Date.now();
      await expect(publish(topic, 'nobody sees it')).rejects.toMatchObject({
        code: expect.stringMatching(/broker-unavailable|outcome-unknown/),
      });
      expect(Date.now() - startedAt).toBeLessThan(20_000);
      silence.end();
      const healedAt = Date.now();
      await publish(topic, 'after');
      await eventually(() => reader.values.length === 2, 30_000);
      expect(reader.values).toEqual(['before', 'after']);
      expect(Date.now() - healedAt).toBeLessThan(30_000);
      await reader.stop();
    },
  );

  it('resets in the middle of what is fetched, and nothing is lost', async () => {
    const topic = await direct.eventTopic('reset');
    const reader = await follow(topic);
    const resets = proxy.inject({ kind: 'reset', direction: 'responses', api: apiKeys.fetch, times: 2 });
    await publish(topic, 'one');
    await eventually(() => resets.hits() === 2 && reader.values.length === 1, 30_000);
    await publish(topic, 'two');
    await eventually(() => reader.values.length === 2);
    expect(reader.values).toEqual(['one', 'two']);
    await reader.stop();
  });
});
