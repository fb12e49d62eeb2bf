/// <reference types="jest" />
import { isBatonError } from '@baton/core';
import type { World } from './adapter';
import type { PortPromise } from './promises';
import { committedTexts, failureOf, opened, publish, recordOf, until } from './support';

/** The error that a new writer meets; `undefined` if none. */
const writing = async (world: World, topic: string, text: string): Promise<unknown> => {
  const producer = await (await world.client()).transactionalProducer(world.name('w'));
  try {
    await producer.begin();
    await producer.send([recordOf(world, topic, text)]);
    await producer.commit();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await producer.close();
  }
};

const isRefused = async (world: World, topic: string): Promise<boolean> =>
  isBatonError(await writing(world, topic, 'refused'), 'not-authorized');

/** A topic to which nobody may write. */
export const topicGuardPromises: readonly PortPromise[] = [
  {
    that: 'refuses writers for good, goes on for readers, and touches no other topic',
    needs: ['write-refusal'],
    check: async (world) => {
      const [topic, other] = [await world.createTopic('guarded'), await world.createTopic('open')];
      const { topicGuard, topicReader } = await world.client();
      expect(await topicGuard.writesRefused(topic)).toBe(false);
      await publish(world, topic, ['before']);
      expect(await topicGuard.refuseWrites(topic)).toBe('refused');
      expect(await topicGuard.refuseWrites(topic)).toBe('refused');
      expect(await topicGuard.writesRefused(topic)).toBe(true);
      await until(world, () => isRefused(world, topic));
      expect(await writing(world, topic, 'after')).toMatchObject({
        code: 'not-authorized',
        retriable: false,
      });
      expect(await committedTexts(world, topic)).toEqual(['before']);
      expect(await topicReader.settings(topic)).toMatchObject({ partitions: 1 });
      expect(await topicGuard.writesRefused(other)).toBe(false);
      expect(await writing(world, other, 'elsewhere')).toBeUndefined();
    },
  },
  {
    that: 'rejects within its limit while it is cut off, whether it was used before or not',
    needs: ['write-refusal', 'cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      const [used, fresh] = [await world.client(), await world.client()];
      expect(await used.topicGuard.writesRefused(topic)).toBe(false);
      for (const client of [used, fresh]) {
        client.cut();
        const began = world.clock.now();
        const asked = [client.topicGuard.writesRefused(topic), client.topicGuard.refuseWrites(topic)];
        for (const error of await Promise.all(asked.map(failureOf)))
          expect(error).toMatchObject({ code: 'broker-unavailable' });
        expect(world.clock.now() - began).toBeLessThan(world.callLimitMs + 1_500);
        client.restore();
        expect(await client.topicGuard.writesRefused(topic)).toBe(false);
      }
    },
  },
  {
    that: 'lets a transaction that is open end, but takes no more records into it',
    needs: ['write-refusal'],
    check: async (world) => {
      const topic = await world.createTopic('guarded');
      const { topicGuard, logOffsets } = await world.client();
      const id = world.name('g');
      const [ending, going] = [
        await opened(await world.client(), world.name('e'), [recordOf(world, topic, 'in time')]),
        await opened(await world.client(), id, [recordOf(world, topic, 'first')]),
      ];
      await topicGuard.refuseWrites(topic);
      await until(world, () => isRefused(world, topic));
      const more = await failureOf(going.send([recordOf(world, topic, 'second')]));
      expect(more).toMatchObject({ code: 'not-authorized' });
      await ending.commit();
      await Promise.all([ending.close(), going.close()]);
      await (await (await world.client()).transactionalProducer(id)).close();
      await until(world, async () => (await logOffsets.end(topic))[0] === 4);
      expect(await committedTexts(world, topic)).toEqual(['in time']);
    },
  },
];
