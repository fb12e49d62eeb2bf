/** @jest-environment ./libs/postgres/jest-environment.js */
import { version } from '@baton/core';
import { deadline, type Handler } from '@baton/messaging';
import { createManualClock } from '@baton/testing';
import { contextOf, eventOf, topicsKeeping } from '../../test-support/inbox-events';
import { loadPglite } from '../../test-support/pglite';
import type { Database } from '../database/database';
import { openEmbedded } from '../embedded/embedded-database';
import { type Inbox, type InboxOptions, openInbox } from './inbox';
import { slackMs } from './mark-retention';
import { transactionOf } from './transaction-of';

jest.setTimeout(30_000);

let database: Database;
let inbox: Inbox;

const open = (changes: Partial<InboxOptions> = {}) =>
  openInbox({
    database,
    group: 'reminders',
    topics: ['lending.BooksBorrowed.v1', 'lending.BooksBorrowed.v2'],
    topicReader: topicsKeeping(-1),
    ...changes,
  });

beforeAll(async () => {
  database = await openEmbedded({ pid: process.pid, load: loadPglite });
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.query('DROP SCHEMA IF EXISTS baton CASCADE');
  await database.query('DROP TABLE IF EXISTS reminder');
  await database.query('CREATE TABLE reminder (event_id text, version int)');
  inbox = await open();
});
afterEach(() => inbox.close());

const remind: Handler = async ({ id }, context) => {
  await transactionOf(context).query('INSERT INTO reminder VALUES ($1, $2)', [id, context.responsible]);
};

const reminders = async () => (await database.query('SELECT event_id, version FROM reminder')).rows;
/** Asks for another try, however often that takes. */
const fenced = { cause: { code: 'lease-ended' }, details: { directive: { kind: 'retry' } } };

const handle = (...args: Parameters<Handler>) => inbox.middleware(remind)(...args);

describe('an event', () => {
  it('takes effect once, however often it comes', async () => {
    await handle(eventOf('e1'), contextOf());
    await handle(eventOf('e1'), contextOf({ attempt: 2, offset: 7 }));
    expect(await reminders()).toEqual([{ event_id: 'e1', version: 2 }]);
    expect(inbox.stats()).toEqual({ handled: 1, repeated: 1, fenced: 0 });
  });

  it('takes effect once, even if it comes in another version', async () => {
    await handle(eventOf('e1'), contextOf({ responsible: version(1), topic: 'lending.BooksBorrowed.v1' }));
    await handle(eventOf('e1'), contextOf());
    expect(await reminders()).toEqual([{ event_id: 'e1', version: 1 }]);
  });

  it('is another one if another source or another group has the same id', async () => {
    await handle(eventOf('e1'), contextOf());
    await handle(eventOf('e1', { source: 'returns' }), contextOf());
    const other = await open({ group: 'statistics' });
    await other.middleware(remind)(eventOf('e1'), contextOf({ group: 'statistics' }));
    other.close();
    expect(await reminders()).toHaveLength(3);
  });

  it('takes effect for good, even where commits of the database need not last', async () => {
    const commits: unknown[] = [];
    const look: Handler = async (_event, context) => {
      const { rows } = await transactionOf(context).query(
        `SELECT current_setting('synchronous_commit') AS now`,
      );
      commits.push(rows[0]?.now);
    };
    await database.query(`SET synchronous_commit = 'off'`);
    await inbox.middleware(look)(eventOf('e1'), contextOf());
    await database.query(`SET synchronous_commit = 'remote_apply'`);
    await inbox.middleware(look)(eventOf('e2'), contextOf());
    await database.query('RESET synchronous_commit');
    expect(commits).toEqual(['on', 'remote_apply']);
  });

  it('is not marked if its handler fails', async () => {
    const fail: Handler = async (event, context) => {
      await remind(event, context);
      throw new Error('mail server');
    };
    await expect(inbox.middleware(fail)(eventOf('e1'), contextOf())).rejects.toThrow('mail server');
    expect(await reminders()).toEqual([]);
    await handle(eventOf('e1'), contextOf({ attempt: 2 }));
    expect(await reminders()).toHaveLength(1);
  });

  it('is not marked if its handler swallows the failure of a statement', async () => {
    const swallow: Handler = async (event, context) => {
      await remind(event, context);
      await transactionOf(context)
        .query('INSERT INTO nowhere VALUES (1)')
        .catch(() => {});
    };
    const handling = inbox.middleware(swallow)(eventOf('e1'), contextOf());
    await expect(handling).rejects.toMatchObject({ code: 'transaction-rolled-back' });
    expect(await reminders()).toEqual([]);
  });
});

/** Fails as the database does when it is in this state. */
const inState = (code: string) => Object.assign(new Error(`state ${code}`), { code });

describe('trouble of the database', () => {
  it.each(['clock_timestamp()::text', 'INTO baton.inbox_owner', 'INTO baton.inbox ('])(
    'in a statement of the inbox (%s), whatever it is, asks for another try',
    async (part) => {
      const failing: Database = {
        ...database,
        transaction: (work) =>
          database.transaction((tx) =>
            work({
              query: async (sql, values) => {
                if (sql.includes(part)) throw inState('42501');
                return tx.query(sql, values);
              },
            }),
          ),
      };
      const other = await open({ database: failing, group: 'failing' });
      const handling = other.middleware(remind)(eventOf('e1'), contextOf());
      other.close();
      await expect(handling).rejects.toMatchObject({
        cause: { code: 'database-unavailable' },
        details: { directive: { kind: 'retry' } },
      });
      expect(await reminders()).toEqual([]);
    },
  );

  it('that leaves nothing but a failed transaction is a failure of the handler that swallowed it', async () => {
    let elapsed = 0;
    inbox.close();
    inbox = await open({ clock: { now: () => 0, elapsed: () => elapsed, after: () => () => {} } });
    const swallow: Handler = async (_event, context) => {
      await transactionOf(context)
        .query('INSERT INTO nowhere VALUES (1)')
        .catch(() => {});
      elapsed = 9_000;
    };
    const handling = inbox.middleware(swallow)(eventOf('e1'), contextOf());
    await expect(handling).rejects.toMatchObject({ code: 'transaction-rolled-back' });
  });

  it('by a lock that was not to be had asks for another try', async () => {
    const locked: Handler = async () => {
      throw inState('55P03');
    };
    const handling = inbox.middleware(locked)(eventOf('e1'), contextOf());
    await expect(handling).rejects.toMatchObject({ details: { directive: { kind: 'retry' } } });
  });
});

describe('the lease', () => {
  it('has to last when the event is begun', async () => {
    const handling = handle(eventOf('e1'), contextOf({ leaseMs: () => 0 }));
    await expect(handling).rejects.toMatchObject(fenced);
    expect(inbox.stats().fenced).toBe(1);
  });

  it('has to last at the commit: the database itself refuses one that comes too late', async () => {
    const slow: Handler = async (event, context) => {
      await remind(event, context);
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    // a process that stood still between its last look at the lease and the commit
    let looks = 0;
    const leaseMs = () => {
      looks += 1;
      return looks <= 2 ? 50 : 10_000;
    };
    const clock = { now: () => 0, elapsed: () => 0, after: () => () => {} };
    inbox.close();
    inbox = await open({ clock });
    const handling = inbox.middleware(slow)(eventOf('e1'), contextOf({ leaseMs }));
    await expect(handling).rejects.toMatchObject(fenced);
    expect(await reminders()).toEqual([]);
  });

  it('counts as it is at the end where heartbeats have renewed it', async () => {
    let renewed = false;
    const leaseMs = () => (renewed ? 10_000 : 50);
    const slow: Handler = async (event, context) => {
      await remind(event, context);
      await new Promise((resolve) => setTimeout(resolve, 60));
      renewed = true;
    };
    inbox.close();
    const now = () => (renewed ? 60 : 0);
    inbox = await open({ clock: { now, elapsed: now, after: () => () => {} } });
    await inbox.middleware(slow)(eventOf('e1'), contextOf({ leaseMs }));
    expect(await reminders()).toHaveLength(1);
  });

  it('is over for a handler whose signal was aborted', async () => {
    const lost = new AbortController();
    const losing: Handler = async (event, context) => {
      await remind(event, context);
      lost.abort();
    };
    const handling = inbox.middleware(losing)(eventOf('e1'), contextOf({ signal: lost.signal }));
    await expect(handling).rejects.toMatchObject(fenced);
    expect(await reminders()).toEqual([]);
  });
});

describe('a handler that hangs', () => {
  const clock = createManualClock(0);
  const inTime = deadline({ ms: 1_000, clock });
  const around: readonly (readonly [string, (handler: Handler) => Handler])[] = [
    ['around the inbox', (handler) => inTime(inbox.middleware(handler))],
    ['within the inbox', (handler) => inbox.middleware(inTime(handler))],
  ];

  it.each(around)('frees its partition at a deadline %s, and has no effect later', async (_where, limit) => {
    inbox.close();
    inbox = await open({ clock });
    let goOn = (): void => {};
    let late: Promise<unknown> = Promise.resolve();
    const began = new Promise<void>((begin) => {
      const hang: Handler = async (event, context) => {
        late = new Promise<void>((resolve) => {
          goOn = resolve;
        }).then(() => remind(event, context));
        begin();
        await late;
      };
      void expect(limit(hang)(eventOf('e1'), contextOf())).rejects.toMatchObject({
        code: 'handler-timed-out',
      });
    });
    await began;
    await clock.advance(1_000);
    await handle(eventOf('e2'), contextOf());
    goOn();
    await expect(late).rejects.toMatchObject({ code: 'transaction-ended' });
    expect(await reminders()).toEqual([{ event_id: 'e2', version: 2 }]);
    expect(inbox.stats()).toEqual({ handled: 1, repeated: 0, fenced: 0 });
  });

  it('frees its partition when its lease is lost', async () => {
    const lost = new AbortController();
    const hang: Handler = () => {
      lost.abort();
      return new Promise(() => {});
    };
    const handling = inbox.middleware(hang)(eventOf('e1'), contextOf({ signal: lost.signal }));
    await expect(handling).rejects.toMatchObject(fenced);
    await handle(eventOf('e2'), contextOf());
    expect(await reminders()).toHaveLength(1);
  });
});

describe('the generation', () => {
  it('must not be earlier than one that owns the partition', async () => {
    await handle(eventOf('e1'), contextOf({ generation: 5 }));
    const late = handle(eventOf('e2'), contextOf({ generation: 4 }));
    await expect(late).rejects.toMatchObject(fenced);
    await handle(eventOf('e2'), contextOf({ generation: 4, partition: 1 }));
    await handle(eventOf('e3'), contextOf({ generation: 6 }));
    expect(await reminders()).toHaveLength(3);
  });

  it('may begin anew after the group was deleted, once the lease of the former one is over', async () => {
    await handle(eventOf('e1'), contextOf({ generation: 5 }));
    await database.query(`UPDATE baton.inbox_owner SET lease_until = now() - interval '1 second'`);
    await handle(eventOf('e2'), contextOf({ generation: 1 }));
    expect(await reminders()).toHaveLength(2);
  });
});

describe('marks', () => {
  it.each([
    ['for ever where a topic keeps events for ever', -1, 400 * 86_400_000],
    ['longer than the topics keep events', 30 * 86_400_000, 31 * 86_400_000],
  ])('have to be kept %s', async (_what, retentionMs, keepMs) => {
    const opening = open({ group: 'other', topicReader: topicsKeeping(retentionMs), keepMs });
    await expect(opening).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('are not deleted while nobody knows how long a topic keeps events', async () => {
    const opening = open({
      group: 'other',
      topicReader: { settings: async () => undefined },
      keepMs: 400 * 86_400_000,
    });
    await expect(opening).rejects.toMatchObject({ code: 'invalid-configuration' });
  });

  it('have to be kept for ever where parked events can come back for ever', async () => {
    const topicReader = topicsKeeping(1_000, () => -1);
    const opening = open({ group: 'other', topicReader, keepMs: 400 * 86_400_000 });
    await expect(opening).rejects.toMatchObject({
      code: 'invalid-configuration',
      message: expect.stringContaining('other.retry keeps events for ever'),
    });
  });

  it('are not deleted once events can be parked, whatever the start has found', async () => {
    let retryMs: number | undefined;
    inbox.close();
    inbox = await open({ topicReader: topicsKeeping(1_000, () => retryMs), keepMs: 1_000 + slackMs });
    await handle(eventOf('old'), contextOf());
    await database.query(`UPDATE baton.inbox SET handled_at = now() - interval '9 days'`);
    retryMs = -1;
    await expect(inbox.clean()).rejects.toMatchObject({ code: 'invalid-configuration' });
    retryMs = undefined;
    expect(await inbox.clean()).toBe(1);
  });

  it('are deleted after that', async () => {
    inbox.close();
    inbox = await open({ topicReader: topicsKeeping(1_000), keepMs: 1_000 + slackMs });
    await handle(eventOf('old'), contextOf());
    await handle(eventOf('new'), contextOf());
    await database.query(
      `UPDATE baton.inbox SET handled_at = now() - interval '9 days' WHERE event_id = 'old'`,
    );
    expect(await inbox.clean()).toBe(1);
    const { rows } = await database.query('SELECT event_id FROM baton.inbox');
    expect(rows).toEqual([{ event_id: 'new' }]);
  });
});

describe('an embedded database', () => {
  it('refuses what comes after the end of a transaction', async () => {
    const tx = await database.transaction(async (it) => it);
    await expect(tx.query('SELECT 1')).rejects.toMatchObject({ code: 'transaction-ended' });
  });

  it('serves one member of a group: a second is refused', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'invalid-configuration' });
  });
});

describe('a handler outside an inbox', () => {
  it('is told so when it asks for the transaction', () => {
    expect(() => transactionOf(contextOf())).toThrow(
      expect.objectContaining({ code: 'invalid-configuration' }),
    );
  });
});
