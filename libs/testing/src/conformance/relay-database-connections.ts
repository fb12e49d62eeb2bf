/// <reference types="jest" />
import { connected, deaf, eventually, next, type OutboxPromise } from './relay-database';
import { failureOf } from './support';

/** Who owns what, who hears of what, and when a connection ends. */
export const outboxConnectionPromises: readonly OutboxPromise[] = [
  {
    that: 'is split into the same ranges for everybody',
    check: async (site) => {
      const { database, source } = site;
      await database.prepare(source, 2);
      await database.prepare(source, 2);
      expect(await failureOf(database.prepare(source, 3))).toMatchObject({ code: 'invalid-configuration' });
    },
  },
  {
    that: 'lets a relay that is alone own every range, until it gives them back',
    check: async (site) => {
      const { locks, attend } = await connected(site);
      await attend(deaf);
      await locks.present();
      expect(await locks.relays()).toBe(1);
      expect(await locks.share(2)).toBe(2);
      expect(await failureOf(locks.assertHeld(1))).toMatchObject({ code: 'lease-ended' });
      expect(await locks.take(1)).toBe(true);
      await locks.assertHeld(1);
      await locks.giveBack(1);
      expect(await failureOf(locks.assertHeld(1))).toMatchObject({ code: 'lease-ended' });
    },
  },
  {
    that: 'tells of what was inserted, in ranges of its own source',
    check: async (site) => {
      const { attend } = await connected(site);
      const told: number[] = [];
      await attend({ standstillMs: 60_000, inserted: (range) => told.push(range) });
      await site.insert({ id: 'e1', range: 1 });
      await eventually(site, () => told.includes(1));
      expect(new Set(told)).toEqual(new Set([1]));
    },
  },
  {
    that: 'ends a connection that is closed, and may be closed twice',
    check: async (site) => {
      const connection = await connected(site);
      await connection.attend(deaf);
      await Promise.all([connection.close(), connection.close()]);
      await connection.ended;
    },
  },
  {
    that: 'gives a range to one connection at a time, and with its end to the next',
    needs: ['several-connections'],
    check: async (site) => {
      const [first, second] = [await connected(site), await connected(site)];
      for (const { attend, locks } of [first, second]) {
        await attend(deaf);
        await locks.present();
      }
      expect(await first.locks.relays()).toBe(2);
      expect([await first.locks.share(3), await second.locks.share(3)].sort()).toEqual([1, 2]);
      expect(await first.locks.take(0)).toBe(true);
      expect(await second.locks.take(0)).toBe(false);
      expect(await second.locks.take(1)).toBe(true);
      expect(await failureOf(second.locks.assertHeld(0))).toMatchObject({ code: 'lease-ended' });
      await first.close();
      await eventually(site, () => second.locks.take(0));
      await eventually(site, async () => (await second.locks.relays()) === 1);
      expect(await second.locks.share(3)).toBe(3);
    },
  },
  {
    that: 'shows what is committed, in whatever order, and nothing else',
    needs: ['several-connections'],
    check: async (site) => {
      const connection = await connected(site);
      const first = await site.begin({ id: 'e1' });
      const second = await site.begin({ id: 'e2' });
      await site.insert({ id: 'e3', key: 'other' });
      expect(await next(site, connection)).toEqual(['e3']);
      await second.rollBack();
      await first.commit();
      expect(await next(site, connection)).toEqual(['e1', 'e3']);
    },
  },
  {
    that: 'ends a connection that stands still, and frees what it held',
    needs: ['standstill'],
    check: async (site) => {
      const [still, other] = [await connected(site), await connected(site)];
      await other.attend(deaf);
      await still.attend({ ...deaf, standstillMs: 300 });
      await still.locks.present();
      expect(await still.locks.take(0)).toBe(true);
      expect(await other.locks.take(0)).toBe(false);
      await eventually(site, () => other.locks.take(0));
      await still.ended;
      expect(await failureOf(still.locks.take(1))).toBeInstanceOf(Error);
      expect(await other.locks.relays()).toBe(0);
    },
  },
];
