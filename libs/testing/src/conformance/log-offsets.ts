/// <reference types="jest" />
import type { PortPromise } from './promises';
import { failureOf, opened, publish, recordOf, until } from './support';

/** Where logs begin and end. */
export const logOffsetsPromises: readonly PortPromise[] = [
  {
    that: 'begins and ends at 0 while nothing is written, in every partition',
    check: async (world) => {
      const topic = await world.createTopic('empty', { partitions: 3 });
      const { logOffsets } = await world.client();
      expect(await logOffsets.partitionCount(topic)).toBe(3);
      expect(await logOffsets.earliest(topic)).toEqual([0, 0, 0]);
      expect(await logOffsets.end(topic)).toEqual([0, 0, 0]);
      expect(await logOffsets.firstStampedFrom(topic, 0)).toEqual([0, 0, 0]);
    },
  },
  {
    that: 'counts the records of an open transaction, and the marker that ends it',
    check: async (world) => {
      const topic = await world.createTopic('open', { partitions: 2 });
      const client = await world.client();
      const records = ['a', 'b'].map((text) => recordOf(world, topic, text, { partition: 1 }));
      const producer = await opened(client, world.name('p'), records);
      expect(await client.logOffsets.end(topic)).toEqual([0, 2]);
      await producer.commit();
      await until(world, async () => (await client.logOffsets.end(topic))[1] === 3);
      await producer.begin();
      await producer.send(records);
      await producer.abort();
      await until(world, async () => (await client.logOffsets.end(topic))[1] === 6);
      expect(await client.logOffsets.end(topic)).toEqual([0, 6]);
      await producer.close();
    },
  },
  {
    that: 'finds the first record stamped at or after an instant, markers among them, and the end if there is none',
    check: async (world) => {
      const topic = await world.createTopic('stamps');
      const { logOffsets } = await world.client();
      const now = world.clock.now();
      const stamps = [now - 30_000, now - 10_000, now - 20_000];
      const records = stamps.map((timestamp) => recordOf(world, topic, 'x', { timestamp }));
      const producer = await opened(await world.client(), world.name('p'), records);
      await producer.commit();
      await producer.close();
      await until(world, async () => (await logOffsets.end(topic))[0] === 4);
      const firsts = async (instant: number) => (await logOffsets.firstStampedFrom(topic, instant))[0];
      expect(await firsts(0)).toBe(0);
      expect(await firsts(now - 30_000)).toBe(0);
      expect(await firsts(now - 29_999)).toBe(1);
      expect(await firsts(now - 15_000)).toBe(1);
      expect(await firsts(now - 9_999)).toBe(3);
      expect(await firsts(world.clock.now() + 60_000)).toBe(4);
    },
  },
  {
    that: 'begins behind what retention removed, and goes on where it ended',
    needs: ['retention'],
    check: async (world) => {
      const topic = await world.createTopic('removed');
      const { logOffsets } = await world.client();
      await publish(world, topic, ['one', 'two']);
      await world.removeRecords(topic, 2);
      await until(world, async () => (await logOffsets.earliest(topic))[0] === 2);
      expect(await logOffsets.end(topic)).toEqual([3]);
      expect(await logOffsets.firstStampedFrom(topic, 0)).toEqual([2]);
    },
  },
  {
    that: 'says that a topic is missing',
    check: async (world) => {
      const { logOffsets } = await world.client();
      const missing = world.name('missing');
      for (const asked of [
        logOffsets.earliest(missing),
        logOffsets.end(missing),
        logOffsets.firstStampedFrom(missing, 0),
        logOffsets.partitionCount(missing),
      ])
        expect(await failureOf(asked)).toMatchObject({ code: 'topic-missing' });
    },
  },
  {
    that: 'gives up within its limit while it is cut off, and answers again afterwards',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      const client = await world.client();
      expect(await client.logOffsets.end(topic)).toEqual([0]);
      client.cut();
      const began = world.clock.now();
      expect(await failureOf(client.logOffsets.end(topic))).toMatchObject({ code: 'broker-unavailable' });
      expect(world.clock.now() - began).toBeLessThan(world.callLimitMs + 1_500);
      client.restore();
      expect(await client.logOffsets.end(topic)).toEqual([0]);
    },
  },
];
