import type { MemberPresence, PresenceStore } from '@baton/control';
import { version } from '@baton/core';
import { silentLogger } from '@baton/messaging';
import { createMemoryPresenceStore } from '@baton/testing';
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
    await announcePresence({ store, presence, logger: silentLogger, lifecycle });
    expect(await valuesIn(store)).toEqual([presence]);
    await end();
    expect(await valuesIn(store)).toEqual([]);
  });

  it('keeps nobody from stopping when it cannot be removed', async () => {
    const memory = createMemoryPresenceStore({ now: () => 0 });
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_fields: object, text: string) => void warnings.push(text) };
    const store = { ...memory, remove: () => Promise.reject(new Error('no broker')) };
    const { lifecycle, end } = createLife();
    await announcePresence({ store, presence, logger, lifecycle });
    await end();
    expect(warnings).toEqual(['presence not removed; it is overwritten at the next start']);
  });
});
