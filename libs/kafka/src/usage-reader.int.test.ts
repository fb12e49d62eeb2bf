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

describe('the use of a topic', () => {
  it('is read without a connection left open, however many partitions there are', async () => {
    const topic = await stack.eventTopic('connections', 6);
    const producer = await ports.transactionalProducer(stack.name('connections'));
    await producer.begin();
    const written = { topic, key: 'k', value: Buffer.from('x'), headers: {}, timestamp: Date.now() };
    await producer.send([0, 1, 2, 3, 4, 5].map((partition) => ({ ...written, partition })));
    await producer.commit();
    await producer.close();
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
