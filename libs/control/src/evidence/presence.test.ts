import { version } from '@baton/core';
import { createMemoryPresenceStore } from '@baton/testing';
import { membersOf, type Presence, presenceKey, publishersOf, readPresence, stragglersOf } from '../index';

const eventType = 'lending.BooksBorrowed';
const [v1, v2] = [version(1), version(2)];
const place = { schemaVersion: 1, host: 'h', pid: 7, startedAt: 5 } as const;
const publisher: Presence = {
  ...place,
  kind: 'publisher',
  instance: 'lending-1',
  service: 'lending',
  publishes: { [eventType]: [v1, v2] },
};
const member: Presence = {
  ...place,
  kind: 'member',
  instance: 'reminders-1',
  service: 'reminders',
  group: 'reminders',
  handles: { [eventType]: [v2] },
};

describe('presence', () => {
  it('tells publishers and members of an event type, with the age of their word', async () => {
    const store = createMemoryPresenceStore({ now: () => 100 });
    for (const one of [publisher, member]) await store.put(presenceKey(one), one);
    const list = await readPresence(store);
    expect(publishersOf(list, eventType, 130)).toEqual([
      { instance: 'lending-1', versions: [1, 2], ageMs: 30 },
    ]);
    expect(membersOf(list, { group: 'reminders', eventType }, 130)).toEqual([
      { instance: 'reminders-1', versions: [2], ageMs: 30 },
    ]);
    expect(membersOf(list, { group: 'statistics', eventType }, 130)).toEqual([]);
    expect(publishersOf(list, 'lending.BooksReturned', 130)).toEqual([]);
  });

  it('keeps the two words of one instance apart, and forgets who left', async () => {
    const store = createMemoryPresenceStore({ now: () => 100 });
    const both = [publisher, { ...member, instance: 'lending-1' }];
    for (const one of both) await store.put(presenceKey(one), one);
    await store.remove(presenceKey(publisher));
    const list = await readPresence(store);
    expect([list.publishers.length, list.members.length]).toEqual([0, 1]);
  });

  it('counts what it cannot read', async () => {
    const store = createMemoryPresenceStore({ now: () => 100 });
    await store.put('x', { kind: 'publisher' });
    await store.put('y', { ...publisher, publishes: { [eventType]: [0] } });
    expect(await readPresence(store)).toEqual({ publishers: [], members: [], unreadable: 2 });
  });

  it('adds up the stragglers that the live members of a group tell of', async () => {
    const store = createMemoryPresenceStore({ now: () => 1_000 });
    const tell = (instance: string, group: string, stragglers?: number) => {
      const shared = { schemaVersion: 1, instance, service: 's', host: 'h', pid: 1, startedAt: 0 } as const;
      const presence: Presence = {
        ...shared,
        kind: 'member',
        group,
        handles: {},
        ...(stragglers === undefined ? {} : { stragglers }),
      };
      return store.put(presenceKey(presence), presence);
    };
    await Promise.all([tell('a', 'g', 2), tell('b', 'g', 3), tell('c', 'h', 9), tell('d', 'silent')]);
    const list = await readPresence(store);
    expect(stragglersOf(list, 'g')).toBe(5);
    expect(stragglersOf(list, 'silent')).toBeUndefined();
  });
});
