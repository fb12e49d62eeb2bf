/// <reference types="jest" />
import type { Assignor } from '@baton/messaging';
import type { PortPromise } from './promises';
import {
  behind,
  failureOf,
  gate,
  generationOf,
  heartbeatIntervalMs,
  joined,
  memberOf,
  partitionsOf,
  publish,
  recordsOf,
  sessionTimeoutMs,
  spread,
  textsOf,
  until,
} from './support';

/** How members join, share, leave and die. */
export const membershipPromises: readonly PortPromise[] = [
  {
    that: 'begins its lease when it asked to join, and tells of every heartbeat when it was sent',
    check: async (world) => {
      const topic = await world.createTopic('lease');
      const client = await world.client();
      const before = client.clock.elapsed();
      const reading = await joined(world, { group: world.name('g'), topics: [topic] }, client);
      const { joinedAt } = generationOf(reading);
      expect(joinedAt).toBeGreaterThanOrEqual(before);
      expect(joinedAt).toBeLessThanOrEqual(client.clock.elapsed());
      await until(world, () => reading.seen.heartbeats.length >= 3);
      const { heartbeats } = reading.seen;
      expect([...heartbeats]).toEqual([...heartbeats].sort((a, b) => a - b));
      expect(heartbeats[0]).toBeGreaterThanOrEqual(joinedAt);
      expect(heartbeats.at(-1)).toBeLessThanOrEqual(client.clock.elapsed());
    },
  },
  {
    that: 'shows the assignor what every member reads and says of itself, asked at each join, and partition counts',
    check: async (world) => {
      const [a, b] = [await world.createTopic('a', { partitions: 2 }), await world.createTopic('b')];
      const group = world.name('g');
      const met: { readonly names: readonly string[]; readonly counts: unknown }[] = [];
      const assign: Assignor = (members, counts) => {
        const names = members.map(({ topics, metadata }) => `${metadata} reads ${topics}`).sort();
        met.push({ names, counts: Object.fromEntries(counts) });
        return spread(members, counts);
      };
      let joins = 0;
      const metadata = () => {
        joins += 1;
        return `join ${joins}`;
      };
      const assignor = { name: 'test', assign };
      await joined(world, { group, topics: [a], assignor, metadata });
      expect(met).toEqual([{ names: [`join ${joins} reads ${a}`], counts: { [a]: 2 } }]);
      const before = joins;
      await joined(world, { group, topics: [b], assignor, metadata: () => 'other' });
      const names = [`join ${joins} reads ${a}`, `other reads ${b}`];
      expect(met.at(-1)).toEqual({ names, counts: { [a]: 2, [b]: 1 } });
      expect(joins).toBeGreaterThan(before);
    },
  },
  {
    that: 'gives every member what the assignor says, here one partition number of several topics to one member',
    check: async (world) => {
      const topics = [
        await world.createTopic('v1', { partitions: 3 }),
        await world.createTopic('v2', { partitions: 3 }),
      ] as const;
      const group = world.name('g');
      const handling = { group, topics, assignor: { name: 'test', assign: spread } };
      const [one, two] = [await joined(world, handling), await joined(world, handling)];
      const settled = () => generationOf(one).id === generationOf(two).id;
      await until(world, settled);
      for (const member of [one, two])
        expect(partitionsOf(member, topics[0])).toEqual(partitionsOf(member, topics[1]));
      const owned = [one, two].flatMap((member) => partitionsOf(member, topics[0]));
      expect([...owned].sort()).toEqual([0, 1, 2]);
    },
  },
  {
    that: 'lets the batch in hand end and be committed before a newcomer changes the generation',
    check: async (world) => {
      const topic = await world.createTopic('newcomer', { partitions: 2 });
      const group = world.name('g');
      await publish(world, topic, ['one']);
      const work = gate();
      const first = memberOf(await world.client(), {
        group,
        topics: [topic],
        handle: async (batch) => {
          await work.opened;
          const offset = behind(batch);
          await first.member.commit(generationOf(first).id, [{ topic, partition: 0, offset }]);
          return offset;
        },
      });
      await first.member.start(first.listener);
      await until(world, () => first.seen.batches.length === 1);
      const second = memberOf(await world.client(), { group, topics: [topic] });
      const joining = second.member.start(second.listener);
      await until(world, () => first.seen.rebalancing > 0);
      expect([first.seen.generations.length, second.seen.generations.length]).toEqual([1, 0]);
      work.open();
      await joining;
      await until(world, () => first.seen.generations.length === 2 && second.seen.generations.length === 1);
      expect(generationOf(first).id).toBe(generationOf(second).id);
      expect(generationOf(first).id).toBeGreaterThan(first.seen.generations[0]?.id ?? Number.NaN);
      expect([first, second].map((member) => partitionsOf(member, topic).length)).toEqual([1, 1]);
      expect(await committedOf(first, topic)).toBe(2);
    },
  },
  {
    that: 'joins anew only when the listener has let go of the old generation, which takes commits until then',
    check: async (world) => {
      const topic = await world.createTopic('let-go');
      const group = world.name('g');
      const letGo = gate();
      const first = await joined(world, { group, topics: [topic], beforeJoin: () => letGo.opened });
      const second = memberOf(await world.client(), { group, topics: [topic] });
      const joining = second.member.start(second.listener);
      await until(world, () => first.seen.rebalancing > 0);
      const asked = world.clock.now();
      await until(world, () => world.clock.now() > asked + 3 * heartbeatIntervalMs);
      expect(first.seen.generations).toHaveLength(1);
      await first.member.commit(generationOf(first).id, [{ topic, partition: 0, offset: 5 }]);
      letGo.open();
      await joining;
      await until(world, () => first.seen.generations.length === 2);
      expect(await committedOf(first, topic)).toBe(5);
    },
  },
  {
    that: 'keeps its membership through a batch that takes longer than the session',
    check: async (world) => {
      const topic = await world.createTopic('long');
      await publish(world, topic, ['one']);
      const began = world.clock.now();
      const reading = await joined(world, {
        group: world.name('g'),
        topics: [topic],
        handle: async (batch) => {
          await until(world, () => world.clock.now() > began + sessionTimeoutMs + 1_500);
          return behind(batch);
        },
      });
      await until(world, () => world.clock.now() > began + sessionTimeoutMs + 2_000);
      expect(reading.seen.generations).toHaveLength(1);
      expect(reading.seen.rebalancing).toBe(0);
      expect(reading.seen.heartbeats.length).toBeGreaterThan(10);
    },
  },
  {
    that: 'hands over at once to the others when it stops, after the batch in hand; stopping twice is no harm',
    check: async (world) => {
      const topic = await world.createTopic('leaves', { partitions: 2 });
      const group = world.name('g');
      await publish(world, topic, ['one']);
      const client = await world.client();
      const work = gate();
      const first = await joined(world, {
        group,
        topics: [topic],
        handle: async (batch) => {
          await work.opened;
          const offset = behind(batch);
          await first.member.commit(generationOf(first).id, [{ topic, partition: 0, offset }]);
          return offset;
        },
      });
      await until(world, () => first.seen.batches.length === 1);
      const stopped = Promise.all([first.member.stop(), first.member.stop()]);
      work.open();
      await stopped;
      expect(await client.groupReader.describe(group)).toMatchObject({ state: 'Empty', members: [] });
      expect((await client.groupReader.committed(group, [topic])).get(topic)).toEqual([2, undefined]);
      const [second, third] = [
        await joined(world, { group, topics: [topic] }),
        await joined(world, { group, topics: [topic] }),
      ];
      await until(world, () => partitionsOf(second, topic).length === 1);
      const left = world.clock.now();
      await third.member.stop();
      await until(world, () => partitionsOf(second, topic).length === 2);
      expect(world.clock.now() - left).toBeLessThan(sessionTimeoutMs / 2);
      expect([...first.seen.crashes, ...third.seen.crashes]).toEqual([]);
    },
  },
  {
    that: 'is replaced by the others once its session has ended, if it died without a word',
    needs: ['silent-death'],
    check: async (world) => {
      const topic = await world.createTopic('dies', { partitions: 2 });
      const group = world.name('g');
      const dying = await world.client();
      const [survivor] = [
        await joined(world, { group, topics: [topic] }),
        await joined(world, { group, topics: [topic] }, dying),
      ];
      await until(world, () => partitionsOf(survivor, topic).length === 1);
      const died = world.clock.now();
      dying.kill();
      await until(world, () => partitionsOf(survivor, topic).length === 2);
      const after = world.clock.now() - died;
      expect(after).toBeGreaterThan(sessionTimeoutMs - 2 * heartbeatIntervalMs);
      expect(after).toBeLessThan(sessionTimeoutMs * 2);
    },
  },
  {
    that: 'comes back by itself, as another member, after it was cut off for longer than its session',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('away');
      const group = world.name('g');
      await publish(world, topic, ['before']);
      const client = await world.client();
      const reading = await joined(world, { group, topics: [topic] }, client);
      await until(world, () => recordsOf(reading).length === 2);
      const old = generationOf(reading);
      await reading.member.commit(old.id, [{ topic, partition: 0, offset: 2 }]);
      client.cut();
      const { groupReader } = await world.client();
      await until(world, async () => (await groupReader.describe(group)).members.length === 0);
      await publish(world, topic, ['after']);
      client.restore();
      await until(world, () => generationOf(reading).id > old.id, 40_000);
      expect(generationOf(reading).memberId).not.toBe(old.memberId);
      await until(world, () => textsOf(recordsOf(reading)).includes('after'));
      await reading.member.commit(generationOf(reading).id, [{ topic, partition: 0, offset: 4 }]);
      expect(reading.seen.rebalancing).toBeGreaterThan(0);
      expect(reading.seen.crashes).toEqual([]);
    },
  },
  {
    that: 'fails to start while it is cut off',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('unreachable');
      const client = await world.client();
      client.cut();
      const { member, seen, listener } = memberOf(client, { group: world.name('g'), topics: [topic] });
      expect(await failureOf(member.start(listener))).toMatchObject({ code: 'broker-unavailable' });
      await member.stop();
      expect([seen.generations, seen.crashes]).toEqual([[], []]);
    },
  },
  {
    that: 'refuses to start twice, and on a topic that is not there',
    check: async (world) => {
      const topic = await world.createTopic('there');
      const reading = await joined(world, { group: world.name('g'), topics: [topic] });
      const again = await failureOf(reading.member.start(reading.listener));
      expect(again).toMatchObject({ code: 'invalid-argument' });
      const lost = memberOf(await world.client(), {
        group: world.name('h'),
        topics: [world.name('nowhere')],
      });
      expect(await failureOf(lost.member.start(lost.listener))).toMatchObject({ code: 'topic-missing' });
    },
  },
];

const committedOf = async ({ member }: ReturnType<typeof memberOf>, topic: string) =>
  (await member.committed([{ topic, partition: 0 }]))[0]?.offset;
