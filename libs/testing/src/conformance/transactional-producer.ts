/// <reference types="jest" />
import { isBatonError } from '@baton/core';
import { type OutgoingRecord, readCommittedFilter } from '@baton/messaging';
import type { ConformanceClient } from './adapter';
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

const refusalOf = async (client: ConformanceClient, id: string, bad: OutgoingRecord): Promise<unknown> => {
  const producer = await client.transactionalProducer(id);
  await producer.begin();
  const error = await failureOf(producer.send([bad]));
  await producer.close();
  return error;
};

/** What is refused, and what is known after a failure. */
export const producerFailurePromises: readonly PortPromise[] = [
  {
    that: 'names what the broker refuses: a stamp beyond the margin, a record too large, a missing topic',
    check: async (world) => {
      const topic = await world.createTopic('refused');
      const client = await world.client();
      const ahead = recordOf(world, topic, 'ahead', { timestamp: world.clock.now() + 60_000 });
      const large = recordOf(world, topic, 'large', { value: Buffer.alloc(2_000_000) });
      const nowhere = recordOf(world, world.name('missing'), 'nowhere');
      const code = async (bad: OutgoingRecord): Promise<string | undefined> => {
        const error = await refusalOf(client, world.name('p'), bad);
        return isBatonError(error) ? error.code : String(error);
      };
      expect([await code(ahead), await code(large), await code(nowhere)]).toEqual([
        'clock-out-of-range',
        'event-too-large',
        'topic-missing',
      ]);
      const [slow] = [recordOf(world, topic, 'old', { timestamp: world.clock.now() - 86_400_000 })];
      const late = await opened(client, world.name('late'), [slow]);
      await late.commit();
      await late.close();
      await publish(world, topic, ['good']);
      expect(await committedTexts(world, topic)).toEqual(['old', 'good']);
    },
  },
  {
    that: 'has written the partitions that were taken of a sending of which others were refused, not visibly',
    check: async (world) => {
      const topic = await world.createTopic('half', { partitions: 3 });
      const id = world.name('p');
      const client = await world.client();
      const producer = await client.transactionalProducer(id);
      await producer.begin();
      const sending = producer.send([
        recordOf(world, topic, 'good'),
        recordOf(world, topic, 'ahead', { partition: 1, timestamp: world.clock.now() + 60_000 }),
      ]);
      expect(await failureOf(sending)).toMatchObject({ code: 'clock-out-of-range' });
      expect(await client.logOffsets.end(topic)).toEqual([1, 0, 0]);
      await producer.close();
      await (await client.transactionalProducer(id)).close();
      // the broker marks every partition that was to be written
      await until(world, async () => String(await client.logOffsets.end(topic)) === '2,1,0');
      expect(await committedTexts(world, topic)).toEqual([]);
    },
  },
  {
    that: 'refuses what is out of turn, and everything after an error',
    check: async (world) => {
      const topic = await world.createTopic('turn');
      const client = await world.client();
      const record = recordOf(world, topic, 'x');
      const outOfTurn = { code: 'invalid-argument' };
      const fresh = () => client.transactionalProducer(world.name('p'));
      const [one, two, three] = [await fresh(), await fresh(), await fresh()];
      expect(await failureOf(one.send([record]))).toMatchObject(outOfTurn);
      expect(await failureOf(two.commit())).toMatchObject(outOfTurn);
      await three.begin();
      expect(await failureOf(three.begin())).toMatchObject(outOfTurn);
      const broken = await fresh();
      await broken.begin();
      await failureOf(broken.send([recordOf(world, world.name('missing'), 'x')]));
      for (const late of [broken.send([record]), broken.commit(), broken.abort(), broken.begin()])
        expect(await failureOf(late)).toMatchObject(outOfTurn);
      await Promise.all([one, two, three, broken].map((producer) => producer.close()));
      const closed = await fresh();
      await closed.close();
      await failureOf(closed.begin());
      expect(await client.logOffsets.end(topic)).toEqual([0]);
    },
  },
  {
    that: 'does not know the outcome of a commit whose answer got lost, and it is visible',
    needs: ['lost-messages'],
    check: async (world) => {
      const topic = await world.createTopic('lost-answer');
      const client = await world.client();
      const id = world.name('p');
      const producer = await opened(client, id, [recordOf(world, topic, 'there')]);
      client.lose('response', 'end-transaction');
      expect(await failureOf(producer.commit())).toMatchObject({ code: 'outcome-unknown' });
      await producer.close();
      await (await client.transactionalProducer(id)).close();
      expect(await committedTexts(world, topic)).toEqual(['there']);
    },
  },
  {
    that: 'does not know the outcome of a commit that never reached the broker, and nothing is visible',
    needs: ['lost-messages'],
    check: async (world) => {
      const topic = await world.createTopic('lost-request');
      const client = await world.client();
      const id = world.name('p');
      const producer = await opened(client, id, [recordOf(world, topic, 'gone')]);
      client.lose('request', 'end-transaction');
      expect(await failureOf(producer.commit())).toMatchObject({ code: 'outcome-unknown' });
      await producer.close();
      await (await client.transactionalProducer(id)).close();
      expect(await committedTexts(world, topic)).toEqual([]);
    },
  },
  {
    that: 'gives up a commit that is long under way, which changes nothing when it comes after a successor',
    needs: ['lost-messages'],
    check: async (world) => {
      const topic = await world.createTopic('late');
      const client = await world.client();
      const id = world.name('p');
      const slow = await opened(client, id, [recordOf(world, topic, 'given up')]);
      const arrives = world.clock.now() + world.producerLimitMs + 1_500;
      client.delay('end-transaction', world.producerLimitMs + 1_500);
      expect(await failureOf(slow.commit())).toMatchObject({ code: 'outcome-unknown' });
      expect(world.clock.now()).toBeLessThan(arrives);
      const successor = await opened(await world.client(), id, [recordOf(world, topic, 'again')]);
      await until(world, () => world.clock.now() > arrives + 500);
      const { logOffsets } = await world.client();
      expect(await logOffsets.end(topic)).toEqual([3]);
      await successor.commit();
      await Promise.all([slow.close(), successor.close()]);
      await until(world, async () => (await logOffsets.end(topic))[0] === 4);
      expect(await committedTexts(world, topic)).toEqual(['again']);
    },
  },
  {
    that: 'fails while it is cut off, knows no outcome of a commit then, and closes nevertheless',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      const client = await world.client();
      const id = world.name('p');
      const [sending, committing] = [
        await opened(client, id, [recordOf(world, topic, 'x')]),
        await opened(client, world.name('other'), [recordOf(world, topic, 'y')]),
      ];
      client.cut();
      const [sent, committed, made] = await Promise.all([
        failureOf(sending.send([recordOf(world, topic, 'z')])),
        failureOf(committing.commit()),
        failureOf(client.transactionalProducer(world.name('third'))),
      ]);
      expect(sent).toMatchObject({ code: 'broker-unavailable' });
      expect(committed).toMatchObject({ code: 'outcome-unknown' });
      expect(made).toMatchObject({ code: 'broker-unavailable' });
      await Promise.all([sending.close(), committing.close()]);
      client.restore();
      const successor = await opened(client, id, [recordOf(world, topic, 'after')]);
      await successor.commit();
      await successor.close();
    },
  },
];
