/// <reference types="jest" />
import { readCommittedFilter } from '@baton/messaging';
import type { PortPromise } from './promises';
import {
  committedTexts,
  failureOf,
  joined,
  opened,
  publish,
  recordOf,
  recordsOf,
  textsOf,
  until,
} from './support';

/** What becomes visible of transactions, and when. */
export const transactionPromises: readonly PortPromise[] = [
  {
    that: 'makes what it sent to several topics visible by its commit, each record where and when it says',
    check: async (world) => {
      const topics = [
        await world.createTopic('a', { partitions: 3 }),
        await world.createTopic('b', { partitions: 3 }),
      ] as const;
      const [a, b] = topics;
      const reading = await joined(world, { group: world.name('g'), topics });
      const timestamp = world.clock.now() - 5_000;
      const client = await world.client();
      const producer = await opened(client, world.name('p'), [
        recordOf(world, a, 'x', { partition: 2, timestamp }),
        recordOf(world, b, 'x', { partition: 2, timestamp }),
      ]);
      await producer.send([recordOf(world, a, 'y', { partition: 1, timestamp: timestamp + 1 })]);
      const beats = reading.seen.heartbeats.length;
      await until(world, () => reading.seen.heartbeats.length >= beats + 2);
      expect(recordsOf(reading)).toEqual([]);
      await producer.commit();
      await until(world, () => recordsOf(reading).length === 6);
      const places = reading.seen.batches.flatMap(({ topic, partition, records }) =>
        records
          .filter(({ kind }) => kind === 'data')
          .map(({ value, key, timestamp: at }) => ({ topic, partition, text: `${value}/${key}`, at })),
      );
      expect(places).toHaveLength(3);
      expect(places).toEqual(
        expect.arrayContaining([
          { topic: a, partition: 2, text: 'x/key of x', at: timestamp },
          { topic: b, partition: 2, text: 'x/key of x', at: timestamp },
          { topic: a, partition: 1, text: 'y/key of y', at: timestamp + 1 },
        ]),
      );
      expect(await client.logOffsets.end(a)).toEqual([0, 2, 2]);
      await producer.close();
    },
  },
  {
    that: 'hides what it aborts, and goes on with the next transaction',
    check: async (world) => {
      const topic = await world.createTopic('abort');
      const producer = await (await world.client()).transactionalProducer(world.name('p'));
      for (const how of ['abort', 'commit', 'abort', 'commit'] as const) {
        await producer.begin();
        await producer.send([recordOf(world, topic, how)]);
        await producer[how]();
      }
      await producer.close();
      const { logOffsets } = await world.client();
      await until(world, async () => (await logOffsets.end(topic))[0] === 8);
      expect(await committedTexts(world, topic)).toEqual(['commit', 'commit']);
    },
  },
  {
    that: 'leaves no trace of a transaction in which nothing was sent',
    check: async (world) => {
      const topic = await world.createTopic('nothing');
      const client = await world.client();
      const producer = await client.transactionalProducer(world.name('p'));
      for (const how of ['commit', 'abort'] as const) {
        await producer.begin();
        await producer.send([]);
        await producer[how]();
      }
      await producer.close();
      await publish(world, topic, ['something']);
      expect(await client.logOffsets.end(topic)).toEqual([2]);
    },
  },
  {
    that: 'lists overlapping aborted transactions in the order in which they ended, and none of them is read',
    check: async (world) => {
      const topic = await world.createTopic('overlap');
      const client = await world.client();
      const a = await opened(client, world.name('a'), [recordOf(world, topic, 'A-aborted')]);
      const b = await opened(client, world.name('b'), [recordOf(world, topic, 'B-aborted')]);
      await b.abort();
      await until(world, async () => (await client.logOffsets.end(topic))[0] === 3);
      await a.abort();
      await until(world, async () => (await client.logOffsets.end(topic))[0] === 4);
      await publish(world, topic, ['C-committed']);
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      await until(world, () => recordsOf(reading).length === 6);
      const [batch] = reading.seen.batches;
      expect(batch?.aborted.map(({ firstOffset }) => firstOffset)).toEqual([1, 0]);
      const kinds = ['data', 'data', 'abort-marker', 'abort-marker', 'data', 'commit-marker'];
      expect(recordsOf(reading).map(({ kind }) => kind)).toEqual(kinds);
      const visible = reading.seen.batches.flatMap(({ records, aborted }) =>
        records.filter(readCommittedFilter(aborted)),
      );
      expect(textsOf(visible)).toEqual(['C-committed']);
      await Promise.all([a.close(), b.close()]);
    },
  },
  {
    that: 'lists an aborted transaction also for a fetch that begins within it',
    check: async (world) => {
      const topic = await world.createTopic('within');
      await publish(world, topic, ['one', 'two'], 'abort');
      let answers = 0;
      const reading = await joined(world, {
        group: world.name('g'),
        topics: [topic],
        handle: ({ records }) => {
          answers += 1;
          return answers === 1 ? 1 : (records.at(-1)?.offset ?? 0) + 1;
        },
      });
      await until(world, () => reading.seen.batches.length === 2);
      const second = reading.seen.batches[1];
      expect(second?.records.map(({ offset, kind }) => [offset, kind])).toEqual([
        [1, 'data'],
        [2, 'abort-marker'],
      ]);
      expect(second?.records.filter(readCommittedFilter(second.aborted))).toEqual([]);
    },
  },
];

/** How producers end one another, and are ended. */
export const fencingPromises: readonly PortPromise[] = [
  {
    that: 'fences the older one of its id as soon as it is connected, and aborts what that one left open',
    check: async (world) => {
      const topic = await world.createTopic('fence');
      const id = world.name('p');
      const older = await opened(await world.client(), id, [recordOf(world, topic, 'from the older')]);
      const newer = await (await world.client()).transactionalProducer(id);
      const late = await failureOf(older.send([recordOf(world, topic, 'too late')]));
      expect(late).toMatchObject({ code: 'producer-fenced' });
      await failureOf(older.commit());
      await newer.begin();
      await newer.send([recordOf(world, topic, 'from the newer')]);
      await newer.commit();
      await Promise.all([older.close(), newer.close()]);
      const { logOffsets } = await world.client();
      await until(world, async () => (await logOffsets.end(topic))[0] === 4);
      expect(await committedTexts(world, topic)).toEqual(['from the newer']);
    },
  },
  {
    that: 'is fenced at its commit too, when it has sent everything before',
    check: async (world) => {
      const topic = await world.createTopic('fence-commit');
      const id = world.name('p');
      const older = await opened(await world.client(), id, [recordOf(world, topic, 'from the older')]);
      const newer = await (await world.client()).transactionalProducer(id);
      expect(await failureOf(older.commit())).toMatchObject({ code: 'producer-fenced' });
      await Promise.all([older.close(), newer.close()]);
      expect(await committedTexts(world, topic)).toEqual([]);
    },
  },
  {
    that: 'leaves its transaction open when it is closed: readers wait until a successor comes',
    check: async (world) => {
      const topic = await world.createTopic('closed');
      const id = world.name('p');
      const left = await opened(await world.client(), id, [recordOf(world, topic, 'left open')]);
      await Promise.all([left.close(), left.close()]);
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      const beats = reading.seen.heartbeats.length;
      await until(world, () => reading.seen.heartbeats.length >= beats + 2);
      expect(recordsOf(reading)).toEqual([]);
      await (await (await world.client()).transactionalProducer(id)).close();
      await until(world, () => recordsOf(reading).length === 2);
      expect(recordsOf(reading).at(-1)?.kind).toBe('abort-marker');
    },
  },
  {
    that: 'is fenced, and its transaction aborted, when that stays open for longer than the broker allows',
    check: async (world) => {
      const topic = await world.createTopic('timeout');
      const forgetful = await opened(await world.client(), world.name('p'), [
        recordOf(world, topic, 'forgotten'),
      ]);
      await publish(world, topic, ['behind']);
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      await until(world, () => recordsOf(reading).length === 4, world.transactionTimeoutMs + 20_000);
      expect(await failureOf(forgetful.commit())).toMatchObject({ code: 'producer-fenced' });
      await forgetful.close();
      expect(await committedTexts(world, topic)).toEqual(['behind']);
    },
  },
];
