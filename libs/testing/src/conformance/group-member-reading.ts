/// <reference types="jest" />
import { readCommittedFilter } from '@baton/messaging';
import type { PortPromise } from './promises';
import {
  behind,
  gate,
  generationOf,
  joined,
  memberOf,
  opened,
  partitionsOf,
  publish,
  recordOf,
  recordsOf,
  textsOf,
  toTheTaker,
  until,
} from './support';

/** What a member of a group is given to read. */
export const readingPromises: readonly PortPromise[] = [
  {
    that: 'delivers from the earliest record on, with keys, headers, timestamps and the marker of the commit',
    check: async (world) => {
      const topic = await world.createTopic('earliest');
      const before = world.clock.now();
      await publish(world, topic, ['one', 'two']);
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      await until(world, () => recordsOf(reading).length === 3);
      const [one, two, marker] = recordsOf(reading);
      expect([one?.offset, two?.offset, marker?.offset]).toEqual([0, 1, 2]);
      expect([one?.kind, two?.kind, marker?.kind]).toEqual(['data', 'data', 'commit-marker']);
      expect([one?.value, one?.key, one?.headers.text].map(String)).toEqual(['one', 'key of one', 'one']);
      expect(one?.timestamp).toBeGreaterThanOrEqual(before);
      expect(one?.timestamp).toBeLessThanOrEqual(world.clock.now());
      expect(one?.transactionOf).toEqual(expect.any(String));
      expect(two?.transactionOf).toBe(one?.transactionOf);
      expect(marker?.transactionOf).toBe(one?.transactionOf);
      expect(reading.seen.batches.flatMap(({ aborted }) => aborted)).toEqual([]);
    },
  },
  {
    that: 'delivers aborted records with the marker of the abort, and lists their transaction',
    check: async (world) => {
      const topic = await world.createTopic('aborted');
      await publish(world, topic, ['gone'], 'abort');
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      await until(world, () => recordsOf(reading).length === 2);
      const [gone, marker] = recordsOf(reading);
      expect([gone?.kind, marker?.kind]).toEqual(['data', 'abort-marker']);
      const aborted = reading.seen.batches.flatMap((batch) => batch.aborted);
      expect(aborted).toContainEqual({ producerId: gone?.transactionOf, firstOffset: 0 });
      expect(recordsOf(reading).filter(readCommittedFilter(aborted))).toEqual([]);
    },
  },
  {
    that: 'delivers records that were written outside of any transaction, without a key too',
    check: async (world) => {
      const topic = await world.createTopic('foreign');
      await world.appendForeign(topic, { key: null, value: 'plain' });
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      await until(world, () => recordsOf(reading).length === 1);
      const [plain] = recordsOf(reading);
      expect(plain).toMatchObject({ offset: 0, key: null, kind: 'data', transactionOf: undefined });
      expect(String(plain?.value)).toBe('plain');
    },
  },
  {
    that: 'delivers what comes while it waits, and nothing behind the first open transaction',
    check: async (world) => {
      const topic = await world.createTopic('stable');
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      const slow = await opened(await world.client(), world.name('slow'), [recordOf(world, topic, 'slow')]);
      const quick = await opened(await world.client(), world.name('quick'), [
        recordOf(world, topic, 'quick'),
      ]);
      await quick.commit();
      const beats = reading.seen.heartbeats.length;
      await until(world, () => reading.seen.heartbeats.length >= beats + 3);
      expect(recordsOf(reading)).toEqual([]);
      await slow.commit();
      await until(world, () => recordsOf(reading).length === 4);
      expect(textsOf(recordsOf(reading)).slice(0, 2)).toEqual(['slow', 'quick']);
      await Promise.all([slow.close(), quick.close()]);
    },
  },
  {
    that: 'fetches next from where the listener says: where it was if nothing was handled, and within a batch',
    check: async (world) => {
      const topic = await world.createTopic('again');
      await publish(world, topic, ['one', 'two']);
      const answers = [0, 1];
      const reading = await joined(world, {
        group: world.name('g'),
        topics: [topic],
        handle: (batch) => answers.shift() ?? behind(batch),
      });
      await until(world, () => reading.seen.batches.length >= 3);
      const [first, second, third] = reading.seen.batches;
      expect([first, second, third].map((batch) => batch?.fetchedOffset)).toEqual([0, 0, 1]);
      expect([first, second, third].map((batch) => batch?.records[0]?.offset)).toEqual([0, 0, 1]);
    },
  },
  {
    that: 'hands over batches of one partition one at a time, those of several side by side',
    check: async (world) => {
      const topic = await world.createTopic('side-by-side', { partitions: 2 });
      const writer = await opened(await world.client(), world.name('w'), [
        recordOf(world, topic, 'zero'),
        recordOf(world, topic, 'one', { partition: 1 }),
      ]);
      await writer.commit();
      const all = gate();
      const inHand: number[] = [];
      const reading = await joined(world, {
        group: world.name('g'),
        topics: [topic],
        handle: async (batch) => {
          inHand.push(batch.partition);
          await all.opened;
          return behind(batch);
        },
      });
      await until(world, () => inHand.length === 2);
      const more = await opened(await world.client(), world.name('m'), [recordOf(world, topic, 'more')]);
      await more.commit();
      const beats = reading.seen.heartbeats.length;
      await until(world, () => reading.seen.heartbeats.length >= beats + 2);
      expect([...inHand].sort()).toEqual([0, 1]);
      all.open();
      await until(world, () => textsOf(recordsOf(reading)).includes('more'));
      await Promise.all([writer.close(), more.close()]);
    },
  },
  {
    that: 'fetches nothing of a paused partition until it is resumed, and begins a generation with nothing paused',
    check: async (world) => {
      const topic = await world.createTopic('pause', { partitions: 2 });
      const group = world.name('g');
      await publish(world, topic, ['one']);
      const reading = memberOf(await world.client(), {
        group,
        topics: [topic],
        assignor: toTheTaker,
        metadata: () => 'taker',
        handle: (batch) => {
          reading.member.pause([batch]);
          return batch.fetchedOffset;
        },
      });
      const { seen, member } = reading;
      await member.start(reading.listener);
      await until(world, () => seen.batches.length === 1);
      const beats = seen.heartbeats.length;
      await until(world, () => seen.heartbeats.length >= beats + 3);
      expect(seen.batches).toHaveLength(1);
      member.resume([{ topic, partition: 0 }]);
      await until(world, () => seen.batches.length === 2);
      await joined(world, { group, topics: [topic], assignor: toTheTaker });
      await until(world, () => seen.generations.length >= 2);
      expect(partitionsOf(reading, topic)).toEqual([0, 1]);
      await until(world, () => seen.batches.length >= 3);
    },
  },
  {
    that: 'goes on from what the group committed',
    check: async (world) => {
      const topic = await world.createTopic('resume');
      const group = world.name('g');
      await publish(world, topic, ['one', 'two', 'three']);
      const first = await joined(world, { group, topics: [topic] });
      await first.member.commit(generationOf(first).id, [{ topic, partition: 0, offset: 2 }]);
      await first.member.stop();
      const second = await joined(world, { group, topics: [topic] });
      await until(world, () => recordsOf(second).length > 0);
      expect(second.seen.batches[0]).toMatchObject({
        fetchedOffset: 2,
        records: [{ offset: 2 }, { offset: 3 }],
      });
    },
  },
  {
    that: 'gives up and says so when records were removed that it has not read, and moves no offset',
    needs: ['retention'],
    check: async (world) => {
      const topic = await world.createTopic('removed');
      const group = world.name('g');
      const client = await world.client();
      await publish(world, topic, ['one', 'two', 'three']);
      const reading = await joined(
        world,
        { group, topics: [topic], handle: ({ fetchedOffset }) => fetchedOffset },
        client,
      );
      await until(world, () => reading.seen.batches.length > 0);
      await reading.member.commit(generationOf(reading).id, [{ topic, partition: 0, offset: 0 }]);
      await world.removeRecords(topic, 2);
      await until(world, () => reading.seen.crashes.length > 0);
      expect(reading.seen.crashes).toMatchObject([{ code: 'data-lost-to-retention' }]);
      expect(reading.seen.batches.every(({ fetchedOffset }) => fetchedOffset === 0)).toBe(true);
      expect((await client.groupReader.committed(group, [topic])).get(topic)).toEqual([0]);
    },
  },
];
