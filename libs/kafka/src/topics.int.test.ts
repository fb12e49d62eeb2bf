import { createTestPorts, eventually } from '../test/stack';
import { controlTopicSpec, eventTopicSpec, presenceTopicSpec } from '.';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { topics, topicReader, logOffsets, transactionalProducer } = stack.ports;
afterAll(() => stack.close());

const retentionMs = 3_600_000;

describe('topics', () => {
  it('are planned, made once, and then found equal', async () => {
    const specs = [controlTopicSpec(stack.control), presenceTopicSpec(stack.presence)];
    const kinds = async (outcomes: Promise<readonly { kind: string }[]>) =>
      (await outcomes).map(({ kind }) => kind);
    expect(await kinds(topics.plan(specs))).toEqual(['created', 'created']);
    expect(await kinds(topics.plan(specs))).toEqual(['created', 'created']);
    expect(await kinds(topics.apply(specs))).toEqual(['created', 'created']);
    expect(await kinds(topics.apply(specs))).toEqual(['equal', 'equal']);
  });

  it('are never changed: every difference is named, with what was expected and what there is', async () => {
    const topic = await stack.eventTopic('differ', 2);
    const outcome = await topics.apply([
      eventTopicSpec({ topic, partitions: 4, marginMs: 9_000, retentionMs: -1 }),
    ]);
    expect(outcome).toEqual([
      {
        topic,
        kind: 'different',
        differences: [
          { setting: 'partitions', expected: '4', got: '2' },
          { setting: 'message.timestamp.after.max.ms', expected: '9000', got: '1000' },
          { setting: 'retention.ms', expected: '-1', got: String(retentionMs) },
        ],
      },
    ]);
    expect(await logOffsets.partitionCount(topic)).toBe(2);
  });

  it('made by two at once are there for both', async () => {
    const topic = await stack.eventTopic('raced');
    await topics.remove([topic]);
    await eventually(async () => (await topicReader.settings(topic)) === undefined);
    const spec = eventTopicSpec({ topic, partitions: 1, marginMs: 1_000, retentionMs });
    const both = await Promise.all([topics.apply([spec]), topics.apply([spec])]);
    expect(both.flat().every(({ kind }) => kind !== 'different')).toBe(true);
  });

  it('tell their settings, and that they are not there', async () => {
    const topic = await stack.eventTopic('settings', 3);
    expect(await topicReader.settings(topic)).toEqual({
      partitions: 3,
      timestampType: 'CreateTime',
      timestampAfterMaxMs: 1_000,
      timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
      retentionMs,
      cleanupPolicy: 'delete',
    });
    expect(await topicReader.settings(stack.name('missing'))).toBeUndefined();
  });
});

describe('log offsets', () => {
  it('say where logs begin and end, open transactions included', async () => {
    const topic = await stack.eventTopic('offsets', 2);
    expect(await logOffsets.earliest(topic)).toEqual([0, 0]);
    expect(await logOffsets.end(topic)).toEqual([0, 0]);
    const producer = await transactionalProducer(stack.name('offsets'));
    await producer.begin();
    await producer.send([
      { topic, partition: 1, key: 'k', value: Buffer.from('v'), headers: {}, timestamp: Date.now() },
    ]);
    expect(await logOffsets.end(topic)).toEqual([0, 1]);
    await producer.commit();
    await eventually(async () => (await logOffsets.end(topic))[1] === 2);
    await producer.close();
  });

  it('find the first record stamped at or after an instant, or the end', async () => {
    const topic = await stack.eventTopic('by-time');
    const producer = await transactionalProducer(stack.name('by-time'));
    const now = Date.now();
    await producer.begin();
    await producer.send(
      [now - 3_000, now - 1_000, now - 2_000].map((timestamp) => ({
        topic,
        partition: 0,
        key: 'k',
        value: Buffer.from('v'),
        headers: {},
        timestamp,
      })),
    );
    await producer.commit();
    await producer.close();
    expect(await logOffsets.firstStampedFrom(topic, now - 3_000)).toEqual([0]);
    expect(await logOffsets.firstStampedFrom(topic, now - 2_999)).toEqual([1]);
    expect(await logOffsets.firstStampedFrom(topic, now + 500)).toEqual(await logOffsets.end(topic));
  });

  it('are refused for a topic that is not there', async () => {
    for (const read of [logOffsets.earliest, logOffsets.end, logOffsets.partitionCount]) {
      await expect(read(stack.name('missing'))).rejects.toMatchObject({ code: 'topic-missing' });
    }
  });
});
