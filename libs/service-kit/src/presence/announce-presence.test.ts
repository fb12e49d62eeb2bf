import { type MemberPresence, type PresenceStore, parsePresence } from '@baton/control';
import { version } from '@baton/core';
import { silentLogger } from '@baton/messaging';
import { createManualClock, createMemoryPresenceStore } from '@baton/testing';
import { announcePresence } from './announce-presence';

const presence: MemberPresence = {
  schemaVersion: 1,
  kind: 'member',
  instance: 'reminders-1',
  service: 'reminders',
  host: 'localhost',
  pid: 1,
  startedAt: 0,
  group: 'reminders',
  handles: { 'lending.BooksBorrowed': [version(1), version(2)] },
};

const valuesIn = async (store: PresenceStore) => [...(await store.all()).values()].map(({ value }) => value);

/** A life that ends when the test says so; the last thing added is closed first. */
const createLife = () => {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    lifecycle: { onStop: (_name: string, close: () => Promise<void> | void) => void closers.unshift(close) },
    end: async () => {
      for (const close of closers) await close();
    },
  };
};

describe('the presence of an instance', () => {
  it('is there from its announcement until its goodbye', async () => {
    const store = createMemoryPresenceStore({ now: () => 0 });
    const { lifecycle, end } = createLife();
    await announcePresence({
      store,
      presence: () => presence,
      logger: silentLogger,
      lifecycle,
      clock: createManualClock(7),
    });
    expect(await valuesIn(store)).toEqual([{ ...presence, lastSeen: 7 }]);
    expect(parsePresence((await valuesIn(store))[0])).toMatchObject(presence);
    await end();
    expect(await valuesIn(store)).toEqual([]);
  });

  it('keeps nobody from stopping when it cannot be removed', async () => {
    const memory = createMemoryPresenceStore({ now: () => 0 });
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_fields: object, text: string) => void warnings.push(text) };
    const store = { ...memory, remove: () => Promise.reject(new Error('no broker')) };
    const { lifecycle, end } = createLife();
    await announcePresence({ store, presence: () => presence, logger, lifecycle });
    await end();
    expect(warnings).toEqual(['presence not removed; it is overwritten at the next start']);
  });

  it('is renewed every 30 s, and at once when what it says has changed', async () => {
    const clock = createManualClock(0);
    const store = createMemoryPresenceStore({ now: () => 0 });
    const { lifecycle, end } = createLife();
    let handles = presence.handles;
    const { refresh } = await announcePresence({
      store,
      presence: () => ({ ...presence, handles }),
      logger: silentLogger,
      lifecycle,
      clock,
    });
    await clock.advance(29_999);
    expect(await valuesIn(store)).toEqual([{ ...presence, lastSeen: 0 }]);
    await clock.advance(1);
    expect(await valuesIn(store)).toEqual([{ ...presence, lastSeen: 30_000 }]);
    await clock.advance(10_000);
    handles = { 'lending.BooksBorrowed': [version(2)] };
    await refresh();
    expect(await valuesIn(store)).toEqual([{ ...presence, handles, lastSeen: 40_000 }]);

    await end();
    await refresh();
    await clock.advance(120_000);
    expect(await valuesIn(store)).toEqual([]);
  });

  it('survives a broker that is away for a while, and does not come back after its goodbye', async () => {
    const clock = createManualClock(0);
    const memory = createMemoryPresenceStore({ now: () => 0 });
    let puts: 'work' | 'fail' | 'wait' = 'work';
    let goOn = (): void => {};
    const put: PresenceStore['put'] = async (key, value) => {
      if (puts === 'fail') throw new Error('no broker');
      if (puts === 'wait') {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
      await memory.put(key, value);
    };
    const { lifecycle, end } = createLife();
    const deps = {
      store: { ...memory, put },
      presence: () => presence,
      logger: silentLogger,
      lifecycle,
      clock,
    };
    const { refresh } = await announcePresence(deps);
    puts = 'fail';
    await clock.advance(30_000);
    puts = 'work';
    await clock.advance(30_000);
    expect(await valuesIn(memory)).toEqual([{ ...presence, lastSeen: 60_000 }]);

    puts = 'wait';
    const late = refresh();
    await clock.advance(0);
    const ending = end();
    goOn();
    await Promise.all([late, ending]);
    expect(await valuesIn(memory)).toEqual([]);
  });
});
