/// <reference types="jest" />
import type { World } from './adapter';
import type { PortPromise } from './promises';
import { failureOf } from './support';

const newTopic = (world: World): Promise<string> =>
  world.createTopic('presence', { cleanupPolicy: 'compact', timestampType: 'LogAppendTime' });

/** Who is present, and with what. */
export const presencePromises: readonly PortPromise[] = [
  {
    that: 'is empty before anybody is present',
    check: async (world) => {
      const store = (await world.client()).presence(await newTopic(world));
      expect(await store.all()).toEqual(new Map());
      await store.close();
    },
  },
  {
    that: 'keeps the newest value of every instance, as JSON keeps it, with the broker time of it',
    check: async (world) => {
      const store = (await world.client()).presence(await newTopic(world));
      const before = world.clock.now();
      await store.put('one', { n: 1 });
      await store.put('two', { n: 1, gone: undefined });
      await store.put('one', { n: 2 });
      const all = await store.all();
      expect([...all].map(([instance, { value }]) => [instance, value])).toEqual(
        expect.arrayContaining([
          ['one', { n: 2 }],
          ['two', { n: 1 }],
        ]),
      );
      expect(all.size).toBe(2);
      expect(all.get('one')?.at).toBeGreaterThanOrEqual(before);
      expect(all.get('one')?.at).toBeLessThanOrEqual(world.clock.now());
      expect(all.get('one')?.at).toBeGreaterThanOrEqual(all.get('two')?.at ?? Number.NaN);
      await store.close();
    },
  },
  {
    that: 'forgets who is removed, for everybody, and what it told before stays as it was',
    check: async (world) => {
      const topic = await newTopic(world);
      const [one, other] = [(await world.client()).presence(topic), (await world.client()).presence(topic)];
      await one.put('a', 1);
      await other.put('b', 2);
      const before = await one.all();
      await other.remove('a');
      await other.remove('never there');
      expect([...(await one.all()).keys()]).toEqual(['b']);
      expect([...(await other.all()).keys()]).toEqual(['b']);
      expect([...before.keys()].sort()).toEqual(['a', 'b']);
      await one.put('a', 3);
      expect((await other.all()).get('a')?.value).toBe(3);
      await Promise.all([one.close(), other.close()]);
    },
  },
  {
    that: 'sees what everybody put before the call, every time, a newcomer too',
    check: async (world) => {
      const topic = await newTopic(world);
      const [writer, reader] = [
        (await world.client()).presence(topic),
        (await world.client()).presence(topic),
      ];
      for (let n = 0; n < 10; n += 1) {
        await writer.put('counter', n);
        expect((await reader.all()).get('counter')?.value).toBe(n);
      }
      const newcomer = (await world.client()).presence(topic);
      expect((await newcomer.all()).get('counter')?.value).toBe(9);
      await Promise.all([writer, reader, newcomer].map((store) => store.close()));
    },
  },
  {
    that: 'gives undefined for the value of others that is no JSON',
    check: async (world) => {
      const topic = await newTopic(world);
      await world.appendForeign(topic, { key: 'foreign', value: '{' });
      const store = (await world.client()).presence(topic);
      expect([...(await store.all())]).toEqual([['foreign', { at: expect.any(Number), value: undefined }]]);
      await store.close();
    },
  },
  {
    that: 'refuses everything after it was closed, and closes twice',
    check: async (world) => {
      const topic = await newTopic(world);
      const [read, unread] = [(await world.client()).presence(topic), (await world.client()).presence(topic)];
      await read.all();
      for (const store of [read, unread]) {
        await Promise.all([store.close(), store.close()]);
        for (const late of [store.put('a', 1), store.remove('a'), store.all()])
          expect(await failureOf(late)).toMatchObject({ code: 'broker-unavailable' });
      }
    },
  },
  {
    that: 'says that its topic is missing',
    check: async (world) => {
      const store = (await world.client()).presence(world.name('missing'));
      expect(await failureOf(store.all())).toMatchObject({ code: 'topic-missing' });
      await store.close();
    },
  },
  {
    that: 'fails while it is cut off rather than tell what is old, and sees everything afterwards',
    needs: ['cut'],
    check: async (world) => {
      const topic = await newTopic(world);
      const other = (await world.client()).presence(topic);
      const client = await world.client();
      const store = client.presence(topic);
      await other.put('a', 1);
      expect((await store.all()).size).toBe(1);
      client.cut();
      await other.put('a', 2);
      expect(await failureOf(store.all())).toMatchObject({ code: 'broker-unavailable' });
      const failed = { code: expect.stringMatching(/^(broker-unavailable|outcome-unknown)$/) };
      expect(await failureOf(store.put('b', 1))).toMatchObject(failed);
      client.restore();
      expect((await store.all()).get('a')?.value).toBe(2);
      await Promise.all([store.close(), other.close()]);
    },
  },
];
