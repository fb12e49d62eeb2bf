import { createTestPorts, eventually } from '../test/stack';
import { controlTopicSpec, eventTopicSpec, presenceTopicSpec } from '.';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { topics, topicReader, logOffsets } = stack.ports;
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
});
