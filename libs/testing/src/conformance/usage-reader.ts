/// <reference types="jest" />
import type { GroupUsage } from '@baton/control';
import type { OutgoingRecord } from '@baton/messaging';
import type { World } from './adapter';
import type { PortPromise } from './promises';
import { failureOf, generationOf, joined, opened, recordOf } from './support';

interface Written {
  readonly source?: string;
  readonly published?: string;
  readonly timestamp: number;
  readonly partition?: number;
}

/** Writes records with these headers in one transaction. */
const write = async (
  world: World,
  topic: string,
  written: readonly Written[],
  how: 'commit' | 'abort' = 'commit',
): Promise<void> => {
  const records = written.map(({ source, published, timestamp, partition = 0 }): OutgoingRecord => {
    const headers = {
      ...(source === undefined ? {} : { ce_source: source }),
      ...(published === undefined ? {} : { ce_publishedversions: published }),
    };
    return recordOf(world, topic, 'x', { timestamp, partition, headers });
  });
  const client = await world.client();
  const id = world.name('w');
  const producer = await opened(client, id, records);
  await producer[how]();
  await producer.close();
  // a successor is there once every marker of its predecessor is written
  await (await client.transactionalProducer(id)).close();
};

/** Who uses topics, as the broker knows it. */
export const usageReaderPromises: readonly PortPromise[] = [
  {
    that: 'tells who wrote what by source and published versions, without what was aborted',
    check: async (world) => {
      const topic = await world.createTopic('usage', { partitions: 3 });
      const now = world.clock.now() - 10_000;
      await write(world, topic, [
        { source: 'lending', published: '1,2', timestamp: now },
        { source: 'lending', published: '1,2', timestamp: now + 2, partition: 2 },
        { source: 'lending', published: '1', timestamp: now + 1 },
        { timestamp: now + 3 },
      ]);
      await write(world, topic, [{ source: 'ghost', published: '1', timestamp: now + 9 }], 'abort');
      await write(world, topic, [{ source: 'import', published: 'no list', timestamp: now + 4 }]);
      const { usageReader } = await world.client();
      const { sources, reach } = await usageReader.lastRecords(topic);
      expect([reach, sources.length]).toEqual(['whole', 4]);
      expect(sources).toEqual(
        expect.arrayContaining([
          { source: 'lending', publishedVersions: [1, 2], records: 2, newest: now + 2 },
          { source: 'lending', publishedVersions: [1], records: 1, newest: now + 1 },
          { source: undefined, publishedVersions: undefined, records: 1, newest: now + 3 },
          { source: 'import', publishedVersions: undefined, records: 1, newest: now + 4 },
        ]),
      );
    },
  },
  {
    that: 'reads a bounded tail of a long topic, and says that there is more',
    check: async (world) => {
      const topic = await world.createTopic('long');
      const now = world.clock.now() - 10_000;
      await write(world, topic, [{ source: 'old', published: '1', timestamp: now }]);
      for (const n of [1, 2, 3])
        await write(world, topic, [{ source: 'new', published: '2', timestamp: now + n }]);
      const { usageReader } = await world.client();
      const { sources, reach } = await usageReader.lastRecords(topic, { perPartition: 4 });
      expect(reach).toBe('tail');
      expect(sources).toEqual([{ source: 'new', publishedVersions: [2], records: 2, newest: now + 3 }]);
    },
  },
  {
    that: 'tells of nothing where nothing is, or is still in an open transaction, and waits for none',
    check: async (world) => {
      const topic = await world.createTopic('open', { partitions: 2 });
      const { usageReader } = await world.client();
      expect(await usageReader.lastRecords(topic)).toEqual({ topic, sources: [], reach: 'whole' });
      const open = await opened(await world.client(), world.name('p'), [recordOf(world, topic, 'x')]);
      expect((await usageReader.lastRecords(topic)).sources).toEqual([]);
      await open.abort();
      await open.close();
    },
  },
  {
    that: 'finds the groups with members or commits on a topic, and not those on others',
    check: async (world) => {
      const [topic, other] = [await world.createTopic('t', { partitions: 2 }), await world.createTopic('o')];
      const [live, gone, elsewhere] = [world.name('live'), world.name('gone'), world.name('elsewhere')];
      await joined(world, { group: live, topics: [topic] });
      const left = await joined(world, { group: gone, topics: [topic] });
      await left.member.commit(generationOf(left).id, [{ topic, partition: 1, offset: 0 }]);
      await left.member.stop();
      const away = await joined(world, { group: elsewhere, topics: [other] });
      await away.member.commit(generationOf(away).id, [{ topic: other, partition: 0, offset: 0 }]);
      const { usageReader } = await world.client();
      const groups = await usageReader.groupsOn([topic]);
      const found = (name: string): GroupUsage | undefined => groups.find(({ group }) => group === name);
      expect(found(gone)).toEqual({
        group: gone,
        members: [],
        committed: new Map([[topic, [undefined, 0]]]),
      });
      expect(found(live)).toMatchObject({ members: [{ host: expect.any(String) }], committed: new Map() });
      expect(found(elsewhere)).toBeUndefined();
      const both = await usageReader.groupsOn([topic, other]);
      expect(both.map(({ group }) => group)).toEqual(expect.arrayContaining([live, gone, elsewhere]));
    },
  },
  {
    that: 'rejects for a missing topic, and while it is cut off, rather than leave anybody out',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      const client = await world.client();
      const missing = client.usageReader.lastRecords(world.name('missing'));
      expect(await failureOf(missing)).toMatchObject({ code: 'topic-missing' });
      client.cut();
      const asked = [client.usageReader.lastRecords(topic), client.usageReader.groupsOn([topic])];
      for (const error of await Promise.all(asked.map(failureOf)))
        expect(error).toMatchObject({ code: 'broker-unavailable' });
    },
  },
];
