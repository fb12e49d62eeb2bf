/// <reference types="jest" />
import { delay } from '@baton/messaging';
import type { InboxFeature, InboxWorld } from './inbox-store';
import { at, createGate, effectOf, handle, leaseOf, markAs } from './inbox-store-support';
import type { PortPromise } from './promises';
import { failureOf, until } from './support';

type InboxPromise = PortPromise<InboxWorld, InboxFeature>;

/** How long a process that stands still keeps its transaction here. */
const idleMs = 300;

const standingStill = { code: expect.stringMatching(/^(25P03|database-unavailable|outcome-unknown)$/) };

/** What becomes of transactions when something goes wrong in the middle of them. */
export const inboxFailurePromises: readonly InboxPromise[] = [
  {
    that: 'commits nothing once a statement has failed, even if nobody cared',
    check: async (world) => {
      const { store } = await world.client('reminders');
      let next: unknown;
      const swallowing = store.transaction(async (tx) => {
        await handle('e1')(tx);
        await failureOf(tx.effects.query('INSERT INTO nowhere VALUES (1)'));
        next = await failureOf(markAs(tx, 'e2'));
      });
      expect(await failureOf(swallowing)).toMatchObject({ code: 'transaction-rolled-back' });
      expect(next).toMatchObject({ code: '25P02' });
      expect(await world.effects()).toEqual([]);
    },
  },
  {
    that: 'ends the transaction of a process that stands still, so that others go on',
    needs: ['several', 'standing-still'],
    check: async (world) => {
      const [zombie, successor] = [await world.client('reminders'), await world.client('reminders')];
      const [marked, gate] = [createGate(), createGate()];
      const late = failureOf(
        zombie.store.transaction(async (tx) => {
          await tx.now(idleMs);
          await tx.claim({ ...at, generation: 1 }, { from: await tx.now(idleMs), lengthMs: 60_000 });
          await effectOf(tx, 'zombie');
          marked.open();
          await gate.opened;
          await effectOf(tx, 'woken');
        }),
      );
      await marked.opened;
      const before = world.clock.now();
      await successor.store.transaction(async (tx) => {
        await tx.claim({ ...at, generation: 2 }, await leaseOf(tx));
        await effectOf(tx, 'successor');
      });
      expect(world.clock.now() - before).toBeGreaterThan(idleMs / 2);
      gate.open();
      expect(await late).toMatchObject(standingStill);
      expect(await world.effects()).toEqual(['successor']);
    },
  },
  {
    that: 'waits for a process that says that it does not stand still',
    needs: ['standing-still'],
    check: async (world) => {
      const { store } = await world.client('reminders');
      await store.transaction(async (tx) => {
        const from = await tx.now(idleMs);
        await tx.claim({ ...at, generation: 1 }, { from, lengthMs: 60_000 });
        for (let i = 0; i < 4; i += 1) {
          await delay(world.clock, idleMs / 2);
          await tx.stay(idleMs);
        }
        await effectOf(tx, 'slow');
      });
      expect(await world.effects()).toEqual(['slow']);
    },
  },
  {
    that: 'keeps nothing of a process that dies, and lets others go on',
    needs: ['several', 'death'],
    check: async (world) => {
      const [dying, successor] = [await world.client('reminders'), await world.client('reminders')];
      const [marked, gate] = [createGate(), createGate()];
      void dying.store
        .transaction(async (tx) => {
          await handle('e1', 'dead')(tx);
          marked.open();
          await gate.opened;
        })
        .catch(() => {});
      await marked.opened;
      await dying.kill();
      expect(await successor.store.transaction(handle('e1', 'successor'))).toBe('new');
      gate.open();
      expect(await world.effects()).toEqual(['successor']);
    },
  },
  {
    that: 'says that it does not know where the answer to a commit got lost, and has committed',
    needs: ['lost-messages'],
    check: async (world) => {
      const client = await world.client('reminders');
      client.loseCommit('response');
      expect(await failureOf(client.store.transaction(handle('e1')))).toMatchObject(unknown);
      expect(await world.effects()).toEqual(['e1']);
      expect(await client.store.transaction(handle('e1', 'again'))).toBe('marked-before');
    },
  },
  {
    that: 'says that it does not know where the commit itself got lost, and has not committed',
    needs: ['lost-messages'],
    check: async (world) => {
      const client = await world.client('reminders');
      client.loseCommit('request');
      expect(await failureOf(client.store.transaction(handle('e1')))).toMatchObject(unknown);
      expect(await world.effects()).toEqual([]);
      expect(await client.store.transaction(handle('e1'))).toBe('new');
    },
  },
  {
    that: 'loses what was not committed when the database restarts, and keeps the rest',
    needs: ['restart'],
    check: async (world) => {
      const { store } = await world.client('reminders');
      await store.transaction(handle('e1'));
      const broken = store.transaction(async (tx) => {
        await handle('e2')(tx);
        await world.restart();
        await effectOf(tx, 'e2 again');
      });
      expect(await failureOf(broken)).toMatchObject({ code: 'database-unavailable' });
      await until(world, async () => (await world.effects()).length === 1);
      expect(await store.transaction(handle('e1'))).toBe('marked-before');
      expect(await store.transaction(handle('e2'))).toBe('new');
    },
  },
];

const unknown = { code: 'outcome-unknown', details: { of: 'transaction' } };
