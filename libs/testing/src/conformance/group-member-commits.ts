/// <reference types="jest" />
import type { PortPromise } from './promises';
import { failureOf, generationOf, joined, partitionsOf, publish, until } from './support';

/** What becomes of committed offsets. */
export const commitPromises: readonly PortPromise[] = [
  {
    that: 'stores offsets with their metadata, and tells them and what was never committed',
    check: async (world) => {
      const topic = await world.createTopic('commit', { partitions: 2 });
      const group = world.name('g');
      const client = await world.client();
      const { member, seen } = await joined(world, { group, topics: [topic] }, client);
      const places = [0, 1].map((partition) => ({ topic, partition }));
      const nothing = { offset: undefined, metadata: '' };
      expect(await member.committed(places)).toEqual(places.map((place) => ({ ...place, ...nothing })));
      await member.commit(seen.generations[0]?.id ?? -1, [
        { topic, partition: 0, offset: 7, metadata: 'why' },
      ]);
      await member.commit(seen.generations[0]?.id ?? -1, []);
      expect(await member.committed(places)).toEqual([
        { topic, partition: 0, offset: 7, metadata: 'why' },
        { topic, partition: 1, ...nothing },
      ]);
      expect((await client.groupReader.committed(group, [topic])).get(topic)).toEqual([7, undefined]);
    },
  },
  {
    that: 'knows no offsets of a group that nobody has heard of, and leaves those of other groups alone',
    check: async (world) => {
      const topic = await world.createTopic('groups');
      const [one, two] = [world.name('one'), world.name('two')];
      const reading = await joined(world, { group: one, topics: [topic] });
      await reading.member.commit(generationOf(reading).id, [{ topic, partition: 0, offset: 0 }]);
      const client = await world.client();
      const stranger = client.groupMember({ ...reading.options, group: two });
      expect(await stranger.committed([{ topic, partition: 0 }])).toEqual([
        { topic, partition: 0, offset: undefined, metadata: '' },
      ]);
      expect((await client.groupReader.committed(two, [topic])).get(topic)).toEqual([undefined]);
      expect((await client.groupReader.committed(one, [topic])).get(topic)).toEqual([0]);
    },
  },
  {
    that: 'refuses commits of any generation but the current one, and stores nothing of them',
    check: async (world) => {
      const topic = await world.createTopic('generations');
      const group = world.name('g');
      const first = await joined(world, { group, topics: [topic] });
      const { id } = generationOf(first);
      const offsets = [{ topic, partition: 0, offset: 1 }];
      for (const wrong of [id - 1, id + 1])
        expect(await failureOf(first.member.commit(wrong, offsets))).toMatchObject({
          code: 'generation-ended',
        });
      await joined(world, { group, topics: [topic] });
      await until(world, () => generationOf(first).id > id);
      expect(await failureOf(first.member.commit(id, offsets))).toMatchObject({ code: 'generation-ended' });
      expect((await first.member.committed(offsets))[0]?.offset).toBeUndefined();
      await first.member.commit(generationOf(first).id, offsets);
      expect((await first.member.committed(offsets))[0]?.offset).toBe(1);
    },
  },
  {
    that: 'refuses a commit of the old generation as soon as anybody is in the new one',
    check: async (world) => {
      const topic = await world.createTopic('race');
      const group = world.name('g');
      const old = await joined(world, { group, topics: [topic] });
      for (const round of [1, 2, 3, 4, 5]) {
        const { id } = generationOf(old);
        const late: Promise<unknown>[] = [];
        const onJoined = () => {
          late.push(failureOf(old.member.commit(id, [{ topic, partition: 0, offset: round }])));
        };
        const newcomer = await joined(world, { group, topics: [topic], onJoined });
        for (const error of await Promise.all(late))
          expect(error).toMatchObject({ code: 'generation-ended' });
        expect(late.length).toBeGreaterThan(0);
        await until(world, () => generationOf(old).id > id);
        const before = generationOf(old).id;
        await newcomer.member.stop();
        await until(world, () => generationOf(old).id > before);
      }
      expect((await old.member.committed([{ topic, partition: 0 }]))[0]?.offset).toBeUndefined();
    },
  },
  {
    that: 'refuses the commit of a member that was dropped while it was cut off, and stores nothing',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('dropped');
      const group = world.name('g');
      const client = await world.client();
      const dropped = await joined(world, { group, topics: [topic] }, client);
      const { id } = generationOf(dropped);
      client.cut();
      const other = await joined(world, { group, topics: [topic] });
      await other.member.commit(generationOf(other).id, [{ topic, partition: 0, offset: 3 }]);
      client.restore();
      const late = await failureOf(dropped.member.commit(id, [{ topic, partition: 0, offset: 1 }]));
      expect(late).toMatchObject({ code: 'generation-ended' });
      const [stored] = await other.member.committed([{ topic, partition: 0 }]);
      expect(stored?.offset).toBe(3);
    },
  },
  {
    that: 'takes commits of partitions that another member has: the broker checks the generation, not who owns what',
    check: async (world) => {
      const topic = await world.createTopic('owners', { partitions: 2 });
      const group = world.name('g');
      const [one, two] = [
        await joined(world, { group, topics: [topic] }),
        await joined(world, { group, topics: [topic] }),
      ];
      await until(world, () => generationOf(one).id === generationOf(two).id);
      const [foreign = -1] = partitionsOf(two, topic);
      expect(partitionsOf(one, topic)).not.toContain(foreign);
      await one.member.commit(generationOf(one).id, [{ topic, partition: foreign, offset: 0 }]);
      const [stored] = await two.member.committed([{ topic, partition: foreign }]);
      expect(stored?.offset).toBe(0);
    },
  },
  {
    that: 'refuses commits after it has stopped',
    check: async (world) => {
      const topic = await world.createTopic('after-stop');
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      const { id } = generationOf(reading);
      await reading.member.stop();
      const late = await failureOf(reading.member.commit(id, [{ topic, partition: 0, offset: 1 }]));
      expect(late).toMatchObject({ code: 'generation-ended' });
    },
  },
  {
    that: 'gives up a commit while it is cut off, within its session',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      await publish(world, topic, ['one']);
      const client = await world.client();
      const reading = await joined(world, { group: world.name('g'), topics: [topic] }, client);
      const { id } = generationOf(reading);
      client.cut();
      const began = world.clock.now();
      const error = await failureOf(reading.member.commit(id, [{ topic, partition: 0, offset: 1 }]));
      expect(error).toMatchObject({ code: expect.stringMatching(/^(broker-unavailable|generation-ended)$/) });
      expect(world.clock.now() - began).toBeLessThan(reading.options.sessionTimeoutMs + 1_000);
      client.restore();
    },
  },
  {
    that: 'has stored a commit whose answer got lost, and not one whose request got lost, unless it repeats it',
    needs: ['lost-messages'],
    check: async (world) => {
      const topic = await world.createTopic('lost');
      const client = await world.client();
      const { member, seen } = await joined(world, { group: world.name('g'), topics: [topic] }, client);
      const id = seen.generations[0]?.id ?? -1;
      const stored = async () => (await member.committed([{ topic, partition: 0 }]))[0]?.offset;
      const commit = (offset: number): Promise<'done' | 'failed'> =>
        member.commit(id, [{ topic, partition: 0, offset }]).then(
          () => 'done',
          () => 'failed',
        );
      client.lose('response', 'commit-offsets');
      await commit(1);
      expect(await stored()).toBe(1);
      client.lose('request', 'commit-offsets');
      const outcome = await commit(2);
      expect(await stored()).toBe(outcome === 'done' ? 2 : 1);
    },
  },
];
