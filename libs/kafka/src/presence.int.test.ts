import { silentLogger, systemClock } from '@baton/messaging';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { presenceTopicSpec } from '.';
import { createClientFactory } from './client';
import { startTailReader } from './tail-reader';

jest.setTimeout(120_000);

const stack = createTestPorts();
afterAll(() => stack.close());

const testClient = () => createClientFactory({ brokers: brokers(), clientId: 'test' }, silentLogger);

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
    const recordsStored = async (): Promise<number> => {
      let records = 0;
      const [end = 0] = await stack.ports.logOffsets.end(stack.presence);
      const reader = await startTailReader(
        { newClient: testClient(), clock: systemClock, logger: silentLogger },
        {
          topic: stack.presence,
          from: 0,
          onRecord: () => {
            records += 1;
          },
        },
      );
      await reader.reached(end, 10_000);
      await reader.close();
      return records;
    };
    // the broker cleans closed segments only, and closes one when the next record comes
    await eventually(async () => {
      await store.put('last', 'last');
      return (await recordsStored()) < 100;
    }, 90_000);
    const newcomer = stack.ports.presence();
    const seen = [...(await newcomer.all())].map(([key, { value }]) => `${key}=${String(value)}`).sort();
    await newcomer.close();
    expect(seen).toEqual(['i0=297', 'i1=298', 'i2=299', 'last=last']);
    await store.close();
  });
});
