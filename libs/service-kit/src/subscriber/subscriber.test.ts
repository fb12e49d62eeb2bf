import { defaultTimeline, defineEventType, instantFromMillis, version } from '@baton/core';
import { silentLogger, systemClock } from '@baton/messaging';
import { createMemoryControlLog, createMemoryPresenceStore } from '@baton/testing';
import { handlersFor } from './handlers-for';
import { openBindings } from './open-bindings';

const eventType = defineEventType<{ 1: string; 2: string }, 2>({
  name: 'lending.BooksBorrowed',
  kind: 'event',
  newest: 2,
  versions: { 1: { schema: 'string' }, 2: { schema: 'string' } },
  downcasts: {},
  upcasts: {},
});

const config = { INSTANCE: 'reminders-1', GROUP: 'reminders', LEASE_MS: 6_000, MARGIN_MS: 1_000 };

describe('the bindings of a subscriber', () => {
  it('come from the control log, which remembers the group from its registration on', async () => {
    const log = createMemoryControlLog({ now: () => 0 }).connect();
    const bindings = await openBindings({
      config,
      eventType,
      kafka: {
        controlLog: async () => log,
        presence: () => createMemoryPresenceStore({ now: () => 0 }),
      },
      clock: systemClock,
      logger: silentLogger,
    });
    await bindings.register({
      eventType: eventType.name,
      kind: 'event',
      defaultVersion: version(1),
      handles: [version(1)],
    });
    expect(bindings.of(eventType.name).timeline).toEqual(defaultTimeline(version(1)));
    await bindings.close();
  });

  it('come from the configuration if that names an instant, and the control log stays closed', async () => {
    const since = instantFromMillis(5_000);
    const bindings = await openBindings({
      config: { ...config, BOUND_TO_V2_SINCE: since },
      eventType,
      kafka: {
        controlLog: () => Promise.reject(new Error('the control log was opened')),
        presence: () => createMemoryPresenceStore({ now: () => 0 }),
      },
      clock: systemClock,
      logger: silentLogger,
    });
    expect(bindings.of(eventType.name).timeline).toEqual([
      { since: Number.NEGATIVE_INFINITY, version: 1 },
      { since, version: 2 },
    ]);
  });
});

describe('the handlers of a release', () => {
  it('are those of the versions it subscribes to', () => {
    const handlers = { 1: 'one', 2: 'two' };
    expect(handlersFor(handlers, [1])).toEqual({ 1: 'one' });
    expect(handlersFor(handlers, [1, 2])).toEqual(handlers);
    expect(handlersFor(handlers, [2])).toEqual({ 2: 'two' });
  });
});
