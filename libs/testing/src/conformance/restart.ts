/// <reference types="jest" />
import type { PortPromise } from './promises';
import {
  committedTexts,
  failureOf,
  generationOf,
  joined,
  opened,
  publish,
  recordOf,
  recordsOf,
  textsOf,
  until,
} from './support';

const longMs = 40_000;

/** What a restart of the broker leaves as it was, and who goes on by itself. */
export const restartPromises: readonly PortPromise[] = [
  {
    that: 'is survived by a member: nothing is missed, what was committed counts, and commits are taken again',
    needs: ['restart'],
    check: async (world) => {
      const topic = await world.createTopic('member');
      const group = world.name('g');
      const client = await world.client();
      await publish(world, topic, ['before']);
      const reading = await joined(world, { group, topics: [topic] }, client);
      await until(world, () => recordsOf(reading).length === 2);
      await reading.member.commit(generationOf(reading).id, [{ topic, partition: 0, offset: 2 }]);
      await world.restartBroker();
      expect((await client.groupReader.committed(group, [topic])).get(topic)).toEqual([2]);
      await publish(world, topic, ['after']);
      await until(world, () => textsOf(recordsOf(reading)).includes('after'), longMs);
      const commit = async () => {
        const { id } = generationOf(reading);
        await reading.member.commit(id, [{ topic, partition: 0, offset: 4 }]).catch(() => {});
        return (await reading.member.committed([{ topic, partition: 0 }]))[0]?.offset === 4;
      };
      await until(world, commit, longMs);
      expect(reading.seen.crashes).toEqual([]);
    },
  },
  {
    that: 'loses nothing that was committed, and leaves a transaction that was open to be aborted by a successor',
    needs: ['restart'],
    check: async (world) => {
      const topic = await world.createTopic('producer');
      const id = world.name('p');
      await publish(world, topic, ['before']);
      const open = await opened(await world.client(), id, [recordOf(world, topic, 'open')]);
      await world.restartBroker();
      const successor = await (await world.client()).transactionalProducer(id);
      expect(await failureOf(open.commit())).toMatchObject({
        code: expect.stringMatching(/^(producer-fenced|outcome-unknown)$/),
      });
      await successor.begin();
      await successor.send([recordOf(world, topic, 'after')]);
      await successor.commit();
      await Promise.all([open.close(), successor.close()]);
      const { logOffsets } = await world.client();
      await until(world, async () => (await logOffsets.end(topic))[0] === 6);
      expect(await committedTexts(world, topic)).toEqual(['before', 'after']);
    },
  },
  {
    that: 'is survived by the control log and presence, whose readers miss and repeat nothing',
    needs: ['restart'],
    check: async (world) => {
      const stamped = { timestampType: 'LogAppendTime', retentionMs: Number.POSITIVE_INFINITY } as const;
      const topic = await world.createTopic('control', stamped);
      const client = await world.client();
      const log = await client.controlLog(topic);
      const seen: unknown[] = [];
      await log.follow(({ value }) => seen.push(value));
      const store = client.presence(await world.createTopic('presence', stamped));
      await log.append('before');
      await store.put('a', 1);
      await log.catchUp();
      await world.restartBroker();
      await until(world, () =>
        log.catchUp().then(
          () => true,
          () => false,
        ),
      );
      const again = await (await world.client()).controlLog(topic);
      await again.append('after');
      await until(world, () => seen.includes('after'), longMs);
      expect(seen).toEqual(['before', 'after']);
      expect((await store.all()).get('a')?.value).toBe(1);
      await Promise.all([log.close(), again.close(), store.close()]);
    },
  },
];
