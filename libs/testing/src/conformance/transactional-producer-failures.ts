/// <reference types="jest" />
import { isBatonError } from '@baton/core';
import type { OutgoingRecord } from '@baton/messaging';
import type { ConformanceClient } from './adapter';
import type { PortPromise } from './promises';
import { committedTexts, failureOf, opened, publish, recordOf, until } from './support';

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
