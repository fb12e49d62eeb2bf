import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { presenceTopicSpec } from '.';

jest.setTimeout(120_000);

const stack = createTestPorts();
afterAll(() => stack.close());

/** Segments of at most 20 ms, cleaned as soon as anything is dirty. */
const eager = {
  'segment.ms': '20',
  'min.cleanable.dirty.ratio': '0.001',
  'delete.retention.ms': '1',
  'min.compaction.lag.ms': '0',
};

describe('the presence store', () => {
  beforeAll(async () => {
    const spec = presenceTopicSpec(stack.presence);
    await stack.ports.topics.apply([{ ...spec, config: { ...spec.config, ...eager } }]);
  });

  it('is empty before anybody is present', async () => {
    const store = stack.ports.presence();
    expect(await store.all()).toEqual(new Map());
    await store.close();
  });

  it('keeps the newest value of every instance, with the broker time of it', async () => {
    const store = stack.ports.presence();
    const before = Date.now();
    await store.put('one', { n: 1 });
    await store.put('two', { n: 1 });
    await store.put('one', { n: 2 });
    const all = await store.all();
    expect([...all.keys()].sort()).toEqual(['one', 'two']);
    expect(all.get('one')?.value).toEqual({ n: 2 });
    expect(all.get('one')?.at).toBeGreaterThanOrEqual(before - 1_000);
    await store.remove('two');
    expect([...(await store.all()).keys()]).toEqual(['one']);
    await store.close();
  });

  it('is read to its end by a newcomer after the broker has compacted it', async () => {
    const store = stack.ports.presence();
    for (let i = 0; i < 300; i += 1) await store.put(`i${i % 3}`, i);
    await store.put('last', 'last');
    const kafka = new Kafka({ brokers: brokers(), clientId: 'idempotent', logLevel: logLevel.NOTHING });
    const idempotent = kafka.producer({ idempotent: true });
    await idempotent.connect();
    for (let i = 0; i < 5; i += 1) {
      await idempotent.send({ topic: stack.presence, messages: [{ key: 'other', value: String(i) }] });
    }
    await idempotent.send({ topic: stack.presence, messages: [{ key: 'other', value: null }] });
    await idempotent.disconnect();
    const fresh = async () => {
      const newcomer = stack.ports.presence();
      const all = await newcomer.all();
      await newcomer.close();
      return all;
    };
    const values = async () =>
      [...(await fresh())].map(([key, { value }]) => `${key}=${String(value)}`).sort();
    await eventually(async () => {
      await store.put('last', 'last');
      return (
        (await stack.ports.logOffsets.end(stack.presence))[0] === 0 || (await values()).includes('i2=299')
      );
    }, 5_000);
    const seen = await values();
    expect(seen).toEqual(expect.arrayContaining(['i0=297', 'i1=298', 'i2=299', 'last=last']));
    expect(seen.some((text) => text.startsWith('other'))).toBe(false);
    await store.close();
  });
});
