/// <reference types="jest" />
import type { PortPromise } from './promises';
import { failureOf, gate, generationOf, joined, memberOf, sessionTimeoutMs, until } from './support';

/** What the broker tells of groups. */
export const groupReaderPromises: readonly PortPromise[] = [
  {
    that: 'knows nothing of a group that nobody has joined',
    check: async (world) => {
      const topic = await world.createTopic('t', { partitions: 2 });
      const { groupReader } = await world.client();
      const group = world.name('nobody');
      expect(await groupReader.describe(group)).toEqual({ group, state: 'Dead', members: [] });
      expect(await groupReader.list()).not.toContain(group);
      const committed = await groupReader.committed(group, [topic]);
      expect([...committed]).toEqual([[topic, [undefined, undefined]]]);
    },
  },
  {
    that: 'tells who is in a group, what each reads and what it said of itself when it joined',
    check: async (world) => {
      const [a, b] = [await world.createTopic('a'), await world.createTopic('b')];
      const group = world.name('g');
      const one = await joined(world, { group, topics: [a], metadata: () => 'one' });
      const two = await joined(world, { group, topics: [a, b], metadata: () => 'two' });
      await until(world, () => generationOf(one).id === generationOf(two).id);
      const { groupReader } = await world.client();
      const { state, members } = await groupReader.describe(group);
      expect(state).toBe('Stable');
      const told = members.map(({ memberId, topics, metadata }) => ({ memberId, topics, metadata }));
      expect(told).toHaveLength(2);
      expect(told).toEqual(
        expect.arrayContaining([
          { memberId: generationOf(one).memberId, topics: [a], metadata: 'one' },
          { memberId: generationOf(two).memberId, topics: [a, b], metadata: 'two' },
        ]),
      );
      expect(members.every(({ clientId, host }) => clientId.length > 0 && host.includes('127.0.0.1'))).toBe(
        true,
      );
      expect(await groupReader.list()).toContain(group);
    },
  },
  {
    that: 'tells that a group is joining anew, and then not what its members read',
    check: async (world) => {
      const topic = await world.createTopic('t');
      const group = world.name('g');
      const letGo = gate();
      await joined(world, { group, topics: [topic], metadata: () => 'one', beforeJoin: () => letGo.opened });
      const newcomer = memberOf(await world.client(), { group, topics: [topic] });
      const joining = newcomer.member.start(newcomer.listener);
      const { groupReader } = await world.client();
      await until(world, async () => (await groupReader.describe(group)).state === 'PreparingRebalance');
      const { members } = await groupReader.describe(group);
      expect(members.length).toBeGreaterThan(0);
      for (const { topics = [], metadata = '' } of members) expect([topics, metadata]).toEqual([[], '']);
      letGo.open();
      await joining;
      await until(world, async () => (await groupReader.describe(group)).state === 'Stable');
    },
  },
  {
    that: 'tells that a group is empty once its members have left, and goes on to list it and its offsets',
    check: async (world) => {
      const topic = await world.createTopic('t', { partitions: 2 });
      const group = world.name('g');
      const reading = await joined(world, { group, topics: [topic] });
      await reading.member.commit(generationOf(reading).id, [{ topic, partition: 1, offset: 0 }]);
      await reading.member.stop();
      const { groupReader } = await world.client();
      expect(await groupReader.describe(group)).toEqual({ group, state: 'Empty', members: [] });
      expect(await groupReader.list()).toContain(group);
      expect((await groupReader.committed(group, [topic])).get(topic)).toEqual([undefined, 0]);
    },
  },
  {
    that: 'tells of a member that died without a word until its session has ended',
    needs: ['silent-death'],
    check: async (world) => {
      const topic = await world.createTopic('t');
      const group = world.name('g');
      const dying = await world.client();
      await joined(world, { group, topics: [topic] }, dying);
      const died = world.clock.now();
      dying.kill();
      const { groupReader } = await world.client();
      expect((await groupReader.describe(group)).members).toHaveLength(1);
      await until(world, async () => (await groupReader.describe(group)).members.length === 0);
      expect(world.clock.now() - died).toBeGreaterThan(sessionTimeoutMs / 2);
      expect((await groupReader.describe(group)).state).toBe('Empty');
    },
  },
  {
    that: 'rejects for a topic that is missing, and while it is cut off, rather than tell of no offsets',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('t');
      const client = await world.client();
      const group = world.name('g');
      const missing = client.groupReader.committed(group, [topic, world.name('missing')]);
      expect(await failureOf(missing)).toMatchObject({ code: 'topic-missing' });
      client.cut();
      const { groupReader } = client;
      const asked = [groupReader.describe(group), groupReader.committed(group, [topic]), groupReader.list()];
      for (const error of await Promise.all(asked.map(failureOf)))
        expect(error).toMatchObject({ code: 'broker-unavailable' });
    },
  },
];
