import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { silentLogger } from '@baton/messaging';
import { Kafka, logLevel } from 'kafkajs';
import { createKafkaPorts } from '../src';
import { brokers, createTestPorts, eventually } from '../test/stack';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { ports } = stack;
afterAll(() => stack.close());

interface Written {
  readonly topic: string;
  readonly source?: string;
  readonly published?: string;
  readonly timestamp: number;
  readonly partition?: number;
}

/** Writes each list in a transaction of its own. */
const write = async (how: 'commit' | 'abort', records: readonly Written[]): Promise<void> => {
  const producer = await ports.transactionalProducer(stack.name('usage'));
  await producer.begin();
  await producer.send(
    records.map(({ topic, source, published, timestamp, partition = 0 }) => ({
      topic,
      partition,
      key: 'k',
      value: Buffer.from('x'),
      headers: {
        ...(source === undefined ? {} : { ce_source: source }),
        ...(published === undefined ? {} : { ce_publishedversions: published }),
      },
      timestamp,
    })),
  );
  await producer[how]();
  await producer.close();
};

describe('the use of a topic', () => {
  it('is read without a connection left open, however many partitions there are', async () => {
    const topic = await stack.eventTopic('connections', 6);
    const timestamp = Date.now() - 10_000;
    const partitions = [0, 1, 2, 3, 4, 5];
    await write(
      'commit',
      partitions.map((partition) => ({ topic, source: 'lending', partition, timestamp })),
    );
    const sockets: Socket[] = [];
    const counted = createKafkaPorts({
      brokers: brokers(),
      clientId: 'counted',
      logger: silentLogger,
      socketFactory: ({ host, port, onConnect }) => {
        const socket = connect({ host, port }, onConnect);
        sockets.push(socket);
        return socket;
      },
    });
    const { sources } = await counted.usageReader.lastRecords(topic);
    expect(sources.map(({ records }) => records)).toEqual([6]);
    await counted.close();
    expect(sockets.length).toBeGreaterThan(0);
    await eventually(() => sockets.every(({ destroyed }) => destroyed), 5_000);
  });

  it('is told by source and published versions, without what was aborted', async () => {
    const topic = await stack.eventTopic('usage', 3);
    const now = Date.now() - 10_000;
    await write('commit', [
      { topic, source: 'lending', published: '1,2', timestamp: now },
      { topic, source: 'lending', published: '1,2', timestamp: now + 2, partition: 2 },
      { topic, source: 'lending', published: '1', timestamp: now + 1 },
      { topic, timestamp: now + 3 },
    ]);
    await write('abort', [{ topic, source: 'ghost', published: '1', timestamp: now + 9 }]);
    await write('commit', [{ topic, source: 'import', published: 'no list', timestamp: now + 4 }]);

    const { sources, reach } = await ports.usageReader.lastRecords(topic);
    expect(reach).toBe('whole');
    expect(sources).toHaveLength(4);
    expect(sources).toEqual(
      expect.arrayContaining([
        { source: 'lending', publishedVersions: [1, 2], records: 2, newest: now + 2 },
        { source: 'lending', publishedVersions: [1], records: 1, newest: now + 1 },
        { source: undefined, publishedVersions: undefined, records: 1, newest: now + 3 },
        { source: 'import', publishedVersions: undefined, records: 1, newest: now + 4 },
      ]),
    );
  });

  it('is told from a bounded tail where the topic is long', async () => {
    const topic = await stack.eventTopic('long');
    const now = Date.now() - 10_000;
    await write('commit', [{ topic, source: 'old', published: '1', timestamp: now }]);
    for (const n of [1, 2, 3])
      await write('commit', [{ topic, source: 'new', published: '2', timestamp: now + n }]);
    const { sources, reach } = await ports.usageReader.lastRecords(topic, { perPartition: 4 });
    expect(reach).toBe('tail');
    expect(sources).toEqual([{ source: 'new', publishedVersions: [2], records: 2, newest: now + 3 }]);
  });

  it('does not wait for a transaction that is open', async () => {
    const topic = await stack.eventTopic('open');
    const open = await ports.transactionalProducer(stack.name('open'));
    await open.begin();
    await open.send([
      { topic, partition: 0, key: 'k', value: Buffer.from('x'), headers: {}, timestamp: Date.now() },
    ]);
    expect((await ports.usageReader.lastRecords(topic)).sources).toEqual([]);
    await open.abort();
    await open.close();
  });

  it('of nothing is nothing', async () => {
    const topic = await stack.eventTopic('empty', 2);
    expect(await ports.usageReader.lastRecords(topic)).toEqual({ topic, sources: [], reach: 'whole' });
  });
});

describe('the groups on topics', () => {
  it('are those with commits or members there, of whatever library, and no others', async () => {
    const [topic, other] = [await stack.eventTopic('groups', 2), await stack.eventTopic('others')];
    const kafka = new Kafka({ brokers: brokers(), clientId: 'foreign', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const [byHand, elsewhere] = [`test.by-hand.${randomUUID()}`, `test.elsewhere.${randomUUID()}`];
    await admin.setOffsets({ groupId: byHand, topic, partitions: [{ partition: 1, offset: '0' }] });
    await admin.setOffsets({ groupId: elsewhere, topic: other, partitions: [{ partition: 0, offset: '0' }] });
    const reader = `test.reader.${randomUUID()}`;
    const consumer = kafka.consumer({ groupId: reader });
    await consumer.subscribe({ topics: [topic] });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    await joined;

    const groups = await ports.usageReader.groupsOn([topic]);
    expect(groups.map(({ group }) => group).sort()).toEqual([byHand, reader].sort());
    const found = (name: string) => groups.find(({ group }) => group === name);
    expect(found(byHand)).toEqual({
      group: byHand,
      members: [],
      committed: new Map([[topic, [undefined, 0]]]),
    });
    expect(found(reader)?.members).toEqual([expect.objectContaining({ clientId: 'foreign' })]);
    expect(found(reader)?.committed).toEqual(new Map());
    await consumer.disconnect();
    await admin.deleteGroups([byHand, elsewhere, reader]);
    await admin.disconnect();
  });
});
