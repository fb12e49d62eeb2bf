/// <reference types="jest" />
import { publishedVersions, version } from '@baton/core';
import { connected, eventBytes, next, type OutboxPromise, seqOf, stamp } from './relay-database';
import { failureOf } from './support';

/** Which rows are read when, and what becomes of them. */
export const outboxRowPromises: readonly OutboxPromise[] = [
  {
    that: 'reads the events of a range in the order of their inserts, as many as are wanted',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' }, { id: 'other', range: 1 }, { id: 'e2', key: 'k2' }, { id: 'e3' });
      expect(await next(site, connection)).toEqual(['e1', 'e2', 'e3']);
      expect(await next(site, connection, { maxEvents: 2 })).toEqual(['e1', 'e2']);
      expect(await next(site, connection, { maxBytes: 2 * eventBytes })).toEqual(['e1', 'e2']);
      expect(await next(site, connection, { maxBytes: 1 })).toEqual(['e1']);
      expect(await next(site, connection, { eventTypes: [] })).toEqual([]);
      expect(await next(site, connection, { phase: 'stamped' })).toEqual([]);
    },
  },
  {
    that: 'keeps a stamp as it is, and knows the newest of the range',
    check: async (site) => {
      const connection = await connected(site);
      const at = site.clock.now() - 5_000;
      await site.insert({ id: 'e1' }, { id: 'e2' });
      expect(await connection.store.newestStamp(0)).toBe(0);
      expect(await stamp(site, connection, ['e1', 'e2'], { at })).toBe('stamped');
      expect(await connection.store.newestStamp(0)).toBe(at);
      expect(await connection.store.newestStamp(1)).toBe(0);
      expect(await next(site, connection)).toEqual([]);
      const { eventTypes } = { eventTypes: [{ name: site.eventType, newest: 2 }] };
      const options = { phase: 'stamped', newer: 'together', eventTypes, sent: [] } as const;
      const [first] = await connection.store.read(0, { ...options, maxEvents: 1, maxBytes: 1 });
      expect(first?.stamp).toEqual({ createdAt: at, partition: 1, published: [1, 2] });
    },
  },
  {
    that: 'lets nobody stamp an event again',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' });
      await stamp(site, connection, ['e1'], { at: 1_000 });
      expect(await failureOf(stamp(site, connection, ['e1'], { at: 2_000 }))).toMatchObject({
        code: 'lease-ended',
      });
      expect(await next(site, connection, { phase: 'stamped' })).toEqual(['e1']);
    },
  },
  {
    that: 'stamps nothing far ahead of its own clock',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' });
      const at = site.clock.now() + 120_000;
      expect(await failureOf(stamp(site, connection, ['e1'], { at }))).toMatchObject({
        code: 'clock-out-of-range',
      });
      expect(await next(site, connection)).toEqual(['e1']);
      expect(await connection.store.newestStamp(0)).toBe(0);
    },
  },
  {
    that: 'lets what is new wait for what was stamped of the same key',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' });
      await stamp(site, connection, ['e1']);
      await site.insert({ id: 'e2' }, { id: 'f1', key: 'f' });
      expect(await next(site, connection)).toEqual(['f1']);
      const sent = [await seqOf(site, connection, 'e1')];
      expect(await next(site, connection, { sent })).toEqual(['e2', 'f1']);
      expect(await next(site, connection, { phase: 'stamped' })).toEqual([]);
    },
  },
  {
    that: 'marks what is sent, once, and deletes it when it is old',
    check: async (site) => {
      const connection = await connected(site);
      const { database, source } = site;
      await site.insert({ id: 'e1' }, { id: 'e2' });
      await stamp(site, connection, ['e1', 'e2']);
      const sent = [await seqOf(site, connection, 'e1')];
      expect(await next(site, connection, { phase: 'stamped', sent })).toEqual(['e2']);
      expect(await database.lag(source)).toMatchObject({ open: 1, parked: 0 });
      expect(await database.clean({ source, keepMs: 60_000, limit: 10 })).toBe(0);
      await new Promise<void>((resolve) => {
        site.clock.after(20, resolve);
      });
      expect(await database.clean({ source, keepMs: 0, limit: 10 })).toBe(1);
      expect(await database.clean({ source, keepMs: 0, limit: 10 })).toBe(0);
      expect(await next(site, connection, { phase: 'stamped' })).toEqual(['e2']);
    },
  },
  {
    that: 'lets later events of its key wait for one that is put aside, and others not',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' }, { id: 'e2' }, { id: 'f1', key: 'f' });
      await connection.store.park(await seqOf(site, connection, 'e1'), { code: 'x', message: 'X.' });
      expect(await next(site, connection)).toEqual(['f1']);
      expect(await site.database.lag(site.source)).toMatchObject({ open: 2, parked: 1 });
    },
  },
  {
    that: 'stamps nothing after what was stamped and put aside, not even what was inserted before',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' }, { id: 'e2' });
      const seq = await seqOf(site, connection, 'e2');
      await stamp(site, connection, ['e2']);
      await connection.store.park(seq, { code: 'x', message: 'X.' });
      expect(await next(site, connection)).toEqual([]);
      expect(await connection.store.unsentWith(site.eventType, version(2))).toBe(1);
    },
  },
  {
    that: 'reads past what newer releases have stored, where it is asked to',
    check: async (site) => {
      const connection = await connected(site);
      await site.insert({ id: 'e1' }, { id: 'e2', version: 3 }, { id: 'e3' }, { id: 'f1', key: 'f' });
      expect(await next(site, connection)).toEqual(['e1', 'e2', 'e3', 'f1']);
      expect(await next(site, connection, { newer: 'apart' })).toEqual(['e1', 'f1']);
    },
  },
  {
    that: 'stamps nothing with a version that retires, and counts what is stamped with it',
    check: async (site) => {
      const connection = await connected(site);
      const { eventType } = site;
      await site.insert({ id: 'e1' }, { id: 'f1', key: 'f' });
      await stamp(site, connection, ['e1']);
      await connection.store.retire(eventType, version(1));
      expect(await connection.store.unsentWith(eventType, version(1))).toBe(1);
      expect(await stamp(site, connection, ['f1'])).toBe('retired');
      expect(await next(site, connection)).toEqual(['f1']);
      const newest = { published: publishedVersions([2]) };
      expect(await stamp(site, connection, ['f1'], newest)).toBe('stamped');
      expect(await connection.store.unsentWith(eventType, version(1))).toBe(1);
      expect(await connection.store.unsentWith(eventType, version(2))).toBe(2);
    },
  },
  {
    that: 'publishes a version again unless it retired anew meanwhile',
    check: async (site) => {
      const connection = await connected(site);
      const { store } = connection;
      await site.insert({ id: 'e1' });
      await store.retire(site.eventType, version(1));
      const before = await store.retirements();
      await store.retire(site.eventType, version(1));
      await store.revive(site.eventType, version(1), before);
      expect(await stamp(site, connection, ['e1'])).toBe('retired');
      await store.revive(site.eventType, version(1), await store.retirements());
      expect(await stamp(site, connection, ['e1'])).toBe('stamped');
    },
  },
];
