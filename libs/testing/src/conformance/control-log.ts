/// <reference types="jest" />
import type { ControlLog, LoggedEntry } from '@baton/control';
import type { ConformanceClient, World } from './adapter';
import type { PortPromise } from './promises';
import { failureOf, opened, publish, recordOf, until } from './support';

interface Followed {
  readonly log: ControlLog;
  readonly seen: readonly LoggedEntry[];
}

const newLog = (world: World): Promise<string> =>
  world.createTopic('control', {
    timestampType: 'LogAppendTime',
    retentionMs: Number.POSITIVE_INFINITY,
  });

/** Opens a log and follows it. */
const followed = async (client: ConformanceClient, topic: string): Promise<Followed> => {
  const log = await client.controlLog(topic);
  const seen: LoggedEntry[] = [];
  await log.follow((entry) => seen.push(entry));
  return { log, seen };
};

const valuesOf = ({ seen }: Followed): readonly unknown[] => seen.map(({ value }) => value);

/** What is read of the control log. */
export const followingPromises: readonly PortPromise[] = [
  {
    that: 'is caught up with at once while it is empty',
    check: async (world) => {
      const { log, seen } = await followed(await world.client(), await newLog(world));
      await log.catchUp();
      expect(seen).toEqual([]);
      await log.close();
    },
  },
  {
    that: 'delivers every entry as JSON keeps it, in order, at the place and broker time that its append returned',
    check: async (world) => {
      const { log, seen } = await followed(await world.client(), await newLog(world));
      const before = world.clock.now();
      const one = await log.append({ n: 1, gone: undefined });
      const two = await log.append('two');
      await log.catchUp();
      expect(seen).toStrictEqual([
        { ...one, value: { n: 1 } },
        { ...two, value: 'two' },
      ]);
      expect([one.offset, two.offset]).toEqual([0, 1]);
      expect(one.at).toBeGreaterThanOrEqual(before);
      expect(two.at).toBeGreaterThanOrEqual(one.at);
      expect(two.at).toBeLessThanOrEqual(world.clock.now());
      await log.close();
    },
  },
  {
    that: 'shows everybody the same entries in the same order, from the first one on, whoever appended them',
    check: async (world) => {
      const topic = await newLog(world);
      const early = await followed(await world.client(), topic);
      const writers = await Promise.all(
        ['a', 'b', 'c'].map(async (name) => ({ name, log: await (await world.client()).controlLog(topic) })),
      );
      await Promise.all(
        writers.map(async ({ name, log }) => {
          for (const n of [1, 2, 3, 4]) await log.append(`${name}${n}`);
        }),
      );
      const late = await followed(await world.client(), topic);
      await Promise.all([early.log.catchUp(), late.log.catchUp()]);
      expect(late.seen).toEqual(early.seen);
      expect(late.seen.map(({ offset }) => offset)).toEqual([...Array(12).keys()]);
      for (const { name } of writers)
        expect(valuesOf(late).filter((value) => String(value).startsWith(name))).toEqual(
          [1, 2, 3, 4].map((n) => `${name}${n}`),
        );
      const times = late.seen.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      await Promise.all([early, late, ...writers].map(({ log }) => log.close()));
    },
  },
  {
    that: 'has caught up with all that anybody had appended before the call, every time',
    check: async (world) => {
      const topic = await newLog(world);
      const writer = await (await world.client()).controlLog(topic);
      const reader = await followed(await world.client(), topic);
      for (let n = 0; n < 20; n += 1) {
        await writer.append(n);
        await reader.log.catchUp();
        expect(reader.seen.at(-1)?.value).toBe(n);
      }
      await Promise.all([writer.close(), reader.log.close()]);
    },
  },
  {
    that: 'delivers what comes without being asked',
    check: async (world) => {
      const topic = await newLog(world);
      const writer = await (await world.client()).controlLog(topic);
      const reader = await followed(await world.client(), topic);
      await reader.log.catchUp();
      await writer.append('news');
      await until(world, () => valuesOf(reader).includes('news'));
      await Promise.all([writer.close(), reader.log.close()]);
    },
  },
  {
    that: 'gives undefined for an entry of others that is no JSON, or that has no value at all',
    check: async (world) => {
      const topic = await newLog(world);
      const { log, seen } = await followed(await world.client(), topic);
      await world.appendForeign(topic, { key: null, value: '{' });
      await world.appendForeign(topic, { key: 'k', value: '{"n":1}' });
      await world.appendForeign(topic, { key: 'k', value: null });
      const { offset } = await log.append('ours');
      await log.catchUp();
      expect(seen.map(({ value }) => value)).toEqual([undefined, { n: 1 }, undefined, 'ours']);
      expect([offset, ...seen.map((entry) => entry.offset)]).toEqual([3, 0, 1, 2, 3]);
      await log.close();
    },
  },
  {
    that: 'delivers nothing that was aborted or is a marker, and the time of the broker, whatever a writer stamped',
    check: async (world) => {
      const topic = await newLog(world);
      const { log, seen } = await followed(await world.client(), topic);
      await publish(world, topic, ['"aborted"'], 'abort');
      await publish(world, topic, ['"committed"']);
      await log.catchUp();
      expect(seen.map(({ offset, value }) => [offset, value])).toEqual([[2, 'committed']]);
      const now = world.clock.now();
      const early = [recordOf(world, topic, '"stamped long ago"', { timestamp: now - 60_000 })];
      const producer = await opened(await world.client(), world.name('p'), early);
      await producer.commit();
      await producer.close();
      await until(world, () => seen.length === 2);
      expect(seen.at(-1)).toMatchObject({ offset: 4, value: 'stamped long ago' });
      expect(seen.at(-1)?.at).toBeGreaterThanOrEqual(now);
      await log.close();
    },
  },
  {
    that: 'waits behind a transaction that is open, since nobody knows yet what comes first',
    check: async (world) => {
      const topic = await newLog(world);
      const { log, seen } = await followed(await world.client(), topic);
      const open = await opened(await world.client(), world.name('p'), [recordOf(world, topic, '"late"')]);
      await log.append('behind');
      let state = 'waiting';
      const caughtUp = log.catchUp().then(() => {
        state = 'caught up';
      });
      const began = world.clock.now();
      await until(world, () => world.clock.now() > began + 700);
      expect([state, seen]).toEqual(['waiting', []]);
      await open.commit();
      await caughtUp;
      expect(seen.map(({ value }) => value)).toEqual(['late', 'behind']);
      await Promise.all([open.close(), log.close()]);
    },
  },
];

/** What is refused of the control log, and what faults do to it. */
export const controlLogFailurePromises: readonly PortPromise[] = [
  {
    that: 'is the same log for all who open one topic, and another one for those who open another',
    check: async (world) => {
      const [one, other] = [await newLog(world), await newLog(world)];
      const [a, b, c] = [
        await (await world.client()).controlLog(one),
        await (await world.client()).controlLog(one),
        await (await world.client()).controlLog(other),
      ];
      expect([a.id === b.id, a.id === c.id]).toEqual([true, false]);
      await Promise.all([a, b, c].map((log) => log.close()));
    },
  },
  {
    that: 'is followed once, and before it is caught up with',
    check: async (world) => {
      const log = await (await world.client()).controlLog(await newLog(world));
      expect(await failureOf(log.catchUp())).toMatchObject({ code: 'invalid-argument' });
      await log.follow(() => {});
      expect(await failureOf(log.follow(() => {}))).toMatchObject({ code: 'invalid-argument' });
      await log.close();
    },
  },
  {
    that: 'delivers nothing after it was closed, refuses everything, and closes twice',
    check: async (world) => {
      const topic = await newLog(world);
      const { log, seen } = await followed(await world.client(), topic);
      await Promise.all([log.close(), log.close()]);
      for (const late of [log.append('late'), log.catchUp()])
        expect(await failureOf(late)).toMatchObject({ code: 'broker-unavailable' });
      const other = await followed(await world.client(), topic);
      await other.log.append('unseen');
      await other.log.catchUp();
      expect([seen.length, other.seen.length]).toEqual([0, 1]);
      await other.log.close();
    },
  },
  {
    that: 'refuses to follow a topic that is missing or has several partitions, and to append where stamps are not its own',
    check: async (world) => {
      const client = await world.client();
      const stamped = { timestampType: 'LogAppendTime' } as const;
      const [missing, wide, unstamped] = await Promise.all([
        client.controlLog(world.name('missing')),
        client.controlLog(await world.createTopic('wide', { ...stamped, partitions: 2 })),
        client.controlLog(await world.createTopic('unstamped')),
      ]);
      expect(await failureOf(missing.follow(() => {}))).toMatchObject({ code: 'topic-missing' });
      expect(await failureOf(wide.follow(() => {}))).toMatchObject({ code: 'topic-misconfigured' });
      expect(await failureOf(unstamped.append('x'))).toMatchObject({ code: 'topic-misconfigured' });
      await Promise.all([missing, wide, unstamped].map((log) => log.close()));
    },
  },
  {
    that: 'refuses to follow a log whose first entries are gone',
    needs: ['retention'],
    check: async (world) => {
      const topic = await newLog(world);
      const client = await world.client();
      const writer = await client.controlLog(topic);
      for (const n of [1, 2, 3]) await writer.append(n);
      await world.removeRecords(topic, 2);
      const late = await client.controlLog(topic);
      const refused = await failureOf(late.follow(() => {}));
      expect(refused).toMatchObject({ code: 'data-lost-to-retention' });
      await Promise.all([writer.close(), late.close()]);
    },
  },
  {
    that: 'goes on after it was cut off, missing and repeating nothing; catching up fails meanwhile',
    needs: ['cut'],
    check: async (world) => {
      const topic = await newLog(world);
      const writer = await (await world.client()).controlLog(topic);
      const client = await world.client();
      const reader = await followed(client, topic);
      await writer.append('before');
      await reader.log.catchUp();
      client.cut();
      await writer.append('while away');
      expect(await failureOf(reader.log.catchUp())).toMatchObject({ code: 'broker-unavailable' });
      const lost = await failureOf(reader.log.append('into the void'));
      expect(lost).toMatchObject({ code: expect.stringMatching(/^(broker-unavailable|outcome-unknown)$/) });
      client.restore();
      await reader.log.catchUp();
      expect(valuesOf(reader)).toEqual(['before', 'while away']);
      await reader.log.append('after');
      await reader.log.catchUp();
      expect(valuesOf(reader)).toEqual(['before', 'while away', 'after']);
      await Promise.all([writer.close(), reader.log.close()]);
    },
  },
  {
    that: 'has stored an entry once whose answer got lost, whatever it says of it',
    needs: ['lost-messages'],
    check: async (world) => {
      const client = await world.client();
      const { log, seen } = await followed(client, await newLog(world));
      await log.append('before');
      client.lose('response', 'append');
      const stored = await log.append('lost').then(
        ({ offset }) => offset,
        (error: unknown) => error,
      );
      if (stored !== 1) expect(stored).toMatchObject({ code: 'outcome-unknown' });
      await log.append('after');
      await log.catchUp();
      expect(seen.map(({ value }) => value)).toEqual(['before', 'lost', 'after']);
      await log.close();
    },
  },
];
