/// <reference types="jest" />
import type { FetchedRecord, RecordReader, TopicPartition } from '@baton/messaging';
import type { PortPromise } from './promises';
import { failureOf, opened, publish, recordOf, textsOf, until } from './support';

/** Reads from an offset on until a page brings nothing more. */
const readAll = async (reader: RecordReader, place: TopicPartition, from = 0) => {
  const records: FetchedRecord[] = [];
  for (let offset = from; ; ) {
    const page = await reader.read(place, offset);
    records.push(...page.records);
    if (page.nextOffset === offset) return { records, nextOffset: offset };
    offset = page.nextOffset;
  }
};

/** What is read of partitions outside of any group. */
export const recordReaderPromises: readonly PortPromise[] = [
  {
    that: 'reads committed records only, in order, and goes on behind aborted ones and markers',
    check: async (world) => {
      const topic = await world.createTopic('pages');
      const reader = (await world.client()).recordReader();
      const place = { topic, partition: 0 };
      expect(await reader.read(place, 0)).toEqual({ records: [], nextOffset: 0 });
      await publish(world, topic, ['one', 'two']);
      await publish(world, topic, ['gone'], 'abort');
      await publish(world, topic, ['three']);
      const all = await readAll(reader, place);
      expect(all.records.map(({ offset, value }) => [offset, String(value)])).toEqual([
        [0, 'one'],
        [1, 'two'],
        [5, 'three'],
      ]);
      expect(all.nextOffset).toBe(7);
      expect(textsOf((await readAll(reader, place, 1)).records)).toEqual(['two', 'three']);
      expect((await readAll(reader, place, 3)).records.map(({ offset }) => offset)).toEqual([5]);
      await reader.close();
    },
  },
  {
    that: 'reads to the first open transaction, and the rest once that is over',
    check: async (world) => {
      const topic = await world.createTopic('open');
      const reader = (await world.client()).recordReader();
      const place = { topic, partition: 0 };
      await publish(world, topic, ['before']);
      const open = await opened(await world.client(), world.name('p'), [recordOf(world, topic, 'open')]);
      expect(textsOf((await readAll(reader, place)).records)).toEqual(['before']);
      await open.abort();
      await open.close();
      const { logOffsets } = await world.client();
      await until(world, async () => (await logOffsets.end(topic))[0] === 4);
      await publish(world, topic, ['after']);
      expect(textsOf((await readAll(reader, place)).records)).toEqual(['before', 'after']);
      await reader.close();
    },
  },
  {
    that: 'skips what retention removed',
    needs: ['retention'],
    check: async (world) => {
      const topic = await world.createTopic('removed');
      const reader = (await world.client()).recordReader();
      await publish(world, topic, ['one', 'two']);
      await publish(world, topic, ['three']);
      await world.removeRecords(topic, 3);
      expect(textsOf((await readAll(reader, { topic, partition: 0 })).records)).toEqual(['three']);
      await reader.close();
    },
  },
  {
    that: 'disturbs no group, and says that a topic is missing',
    check: async (world) => {
      const topic = await world.createTopic('quiet');
      await publish(world, topic, ['one']);
      const { groupReader, recordReader } = await world.client();
      const reader = recordReader();
      await readAll(reader, { topic, partition: 0 });
      const groups = await groupReader.list();
      expect(groups.filter((group) => group.includes(topic))).toEqual([]);
      const missing = reader.read({ topic: world.name('missing'), partition: 0 }, 0);
      expect(await failureOf(missing)).toMatchObject({ code: 'topic-missing' });
      await reader.close();
    },
  },
  {
    that: 'fails while it is cut off, and reads on afterwards',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      await publish(world, topic, ['one']);
      const client = await world.client();
      const reader = client.recordReader();
      const place = { topic, partition: 0 };
      expect((await readAll(reader, place)).records).toHaveLength(1);
      client.cut();
      expect(await failureOf(reader.read(place, 0))).toMatchObject({ code: 'broker-unavailable' });
      client.restore();
      expect(textsOf((await readAll(reader, place)).records)).toEqual(['one']);
      await reader.close();
    },
  },
];
