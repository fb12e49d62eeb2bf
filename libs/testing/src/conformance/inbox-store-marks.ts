/// <reference types="jest" />
import { delay } from '@baton/messaging';
import type { InboxFeature, InboxWorld } from './inbox-store';
import { at, createGate, effectOf, eventOf, handle, leaseOf, markAs } from './inbox-store-support';
import type { PortPromise } from './promises';
import { failureOf } from './support';

type InboxPromise = PortPromise<InboxWorld, InboxFeature>;

const markPromises: readonly InboxPromise[] = [
  {
    that: 'commits the effect with the mark of its event, and knows the mark from then on',
    check: async (world) => {
      const { store } = await world.client('reminders');
      expect(await store.transaction(handle('e1'))).toBe('new');
      expect(await store.transaction(handle('e1', 'again'))).toBe('marked-before');
      expect(await world.effects()).toEqual(['e1']);
    },
  },
  {
    that: 'keeps neither effect nor mark if the work rejects, and rejects likewise',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const mail = new Error('mail server');
      const failing = store.transaction(async (tx) => {
        await handle('e1')(tx);
        throw mail;
      });
      expect(await failureOf(failing)).toBe(mail);
      expect(await world.effects()).toEqual([]);
      expect(await store.transaction(handle('e1'))).toBe('new');
    },
  },
  {
    that: 'tells events apart by group, source and id, and by nothing else',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const other = await world.client('statistics');
      const marks = [
        await store.transaction((tx) => markAs(tx, 'e1', { version: 1 })),
        await store.transaction((tx) => markAs(tx, 'e1', { version: 2 })),
        await store.transaction((tx) => markAs(tx, 'e2')),
        await store.transaction((tx) => markAs(tx, 'e1', { source: 'returns' })),
        await other.store.transaction((tx) => markAs(tx, 'e1')),
      ];
      expect(marks).toEqual(['new', 'marked-before', 'new', 'new', 'new']);
    },
  },
  {
    that: 'knows a mark of its own transaction',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const marks = await store.transaction(async (tx) => [await markAs(tx, 'e1'), await markAs(tx, 'e1')]);
      expect(marks).toEqual(['new', 'marked-before']);
    },
  },
  {
    that: 'deletes the marks of its group that are old, and says how many',
    check: async (world) => {
      const [one, other] = [await world.client('reminders'), await world.client('statistics')];
      await one.store.transaction(handle('e1'));
      await one.store.transaction(handle('e2'));
      await other.store.transaction(handle('e1'));
      expect(await one.store.clean(3_600_000)).toBe(0);
      await delay(world.clock, 20);
      expect(await one.store.clean(0)).toBe(2);
      expect(await one.store.transaction(handle('e1'))).toBe('new');
      expect(await other.store.transaction(handle('e1'))).toBe('marked-before');
    },
  },
  {
    that: 'lets a second transaction that marks the event wait, and tells it what became of the first',
    needs: ['several'],
    check: async (world) => {
      for (const outcome of ['commits', 'rolls back'] as const) {
        const [one, other] = [await world.client('reminders'), await world.client('reminders')];
        const [marked, gate] = [createGate(), createGate()];
        const first = one.store.transaction(async (tx) => {
          await handle(outcome)(tx);
          marked.open();
          await gate.opened;
          if (outcome === 'rolls back') throw new Error(outcome);
        });
        await marked.opened;
        let second: string | undefined;
        const waiting = other.store.transaction(handle(outcome, 'second')).then((how) => {
          second = how;
        });
        await delay(world.clock, 200);
        expect(second).toBeUndefined();
        gate.open();
        await first.catch(() => {});
        await waiting;
        expect(second).toBe(outcome === 'commits' ? 'marked-before' : 'new');
      }
      expect(await world.effects()).toEqual(['commits', 'second']);
    },
  },
];

const ownerPromises: readonly InboxPromise[] = [
  {
    that: 'gives a partition to any later generation, and to an earlier one only once the lease is over',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const claim = (generation: number, lengthMs: number, partition = 0) =>
        store.transaction(async (tx) =>
          tx.claim({ ...at, partition, generation }, await leaseOf(tx, lengthMs)),
        );
      expect(await claim(3, 10_000)).toBe('owned');
      expect(await claim(3, 10_000)).toBe('owned');
      expect(await claim(5, 300)).toBe('owned');
      expect(await claim(4, 10_000)).toBe('owned-by-later');
      expect(await claim(1, 10_000, 1)).toBe('owned');
      await delay(world.clock, 350);
      expect(await claim(4, 10_000)).toBe('owned');
    },
  },
  {
    that: 'forgets a claim that was not committed',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const claim = async (generation: number, then = () => {}) =>
        store.transaction(async (tx) => {
          const claimed = await tx.claim({ ...at, generation }, await leaseOf(tx));
          then();
          return claimed;
        });
      await failureOf(
        claim(9, () => {
          throw new Error('no');
        }),
      );
      expect(await claim(2)).toBe('owned');
    },
  },
  {
    that: 'lets transactions on one partition wait for each other, and judges them by what the first has left',
    needs: ['several'],
    check: async (world) => {
      const [zombie, successor] = [await world.client('reminders'), await world.client('reminders')];
      const [owned, gate] = [createGate(), createGate()];
      const first = zombie.store.transaction(async (tx) => {
        await tx.claim({ ...at, generation: 7 }, await leaseOf(tx));
        await effectOf(tx, 'first');
        owned.open();
        await gate.opened;
      });
      await owned.opened;
      let claimed: string | undefined;
      const waiting = successor.store.transaction(async (tx) => {
        claimed = await tx.claim({ ...at, generation: 6 }, await leaseOf(tx));
      });
      const elsewhere = await successor.store.transaction(async (tx) =>
        tx.claim({ ...at, partition: 1, generation: 6 }, await leaseOf(tx)),
      );
      expect(elsewhere).toBe('owned');
      await delay(world.clock, 200);
      expect(claimed).toBeUndefined();
      gate.open();
      await Promise.all([first, waiting]);
      expect(claimed).toBe('owned-by-later');
    },
  },
];

const leasePromises: readonly InboxPromise[] = [
  {
    that: 'commits nothing under a lease that has ended by then',
    check: async (world) => {
      const { store } = await world.client('reminders');
      const late = store.transaction(async (tx) => {
        await tx.mark({ event: eventOf('e1'), version: 1, lease: await leaseOf(tx, 100) });
        await effectOf(tx, 'late');
        await delay(world.clock, 200);
      });
      expect(await failureOf(late)).toMatchObject({ code: 'BT001' });
      expect(await world.effects()).toEqual([]);
      expect(await store.transaction(handle('e1'))).toBe('new');
    },
  },
  {
    that: 'commits under a lease that was extended',
    check: async (world) => {
      const { store } = await world.client('reminders');
      await store.transaction(async (tx) => {
        await tx.mark({ event: eventOf('e1'), version: 1, lease: await leaseOf(tx, 100) });
        await effectOf(tx, 'e1');
        await delay(world.clock, 200);
        await tx.extend(eventOf('e1'), await leaseOf(tx));
      });
      expect(await world.effects()).toEqual(['e1']);
    },
  },
  {
    that: 'needs no lease to pass over an event that is marked',
    check: async (world) => {
      const { store } = await world.client('reminders');
      await store.transaction(handle('e1'));
      const passed = await store.transaction(async (tx) => {
        const marked = await tx.mark({ event: eventOf('e1'), version: 2, lease: await leaseOf(tx, 50) });
        await delay(world.clock, 100);
        return marked;
      });
      expect(passed).toBe('marked-before');
    },
  },
];

/** Marks, owners and leases. */
export const inboxMarkPromises: readonly InboxPromise[] = [
  ...markPromises,
  ...ownerPromises,
  ...leasePromises,
];
