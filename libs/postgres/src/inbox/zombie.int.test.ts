import type { PostgresServer } from '@baton/dev-stack';
import type { Handler } from '@baton/messaging';
import { contextOf, eventOf, topicsKeeping } from '../../test-support/inbox-events';
import { until } from '../../test-support/outbox-world';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import type { Database } from '../database/database';
import { connectPostgres } from '../database/postgres-database';
import { type Inbox, openInbox } from './inbox';
import { transactionOf } from './transaction-of';

jest.setTimeout(60_000);

let server: PostgresServer;
const opened: Database[] = [];

/** A member in a process of its own, as far as the database can tell. */
const member = async (): Promise<Inbox> => {
  const database = await connectPostgres({ url: server.url });
  opened.push(database);
  return openInbox({ database, group: 'reminders', topics: [], topicReader: topicsKeeping(-1) });
};

beforeAll(async () => {
  server = await startServer();
  const database = await connectPostgres({ url: server.url });
  opened.push(database);
  await database.query('CREATE TABLE reminder (event_id text, by text)');
});
afterEach(async () => {
  await opened[0]?.query('TRUNCATE reminder, baton.inbox, baton.inbox_owner');
  for (const database of opened.splice(1)) await database.close();
});
afterAll(async () => {
  await opened[0]?.close();
  await server.stop();
});

const reminders = async () => (await opened[0]?.query('SELECT event_id, by FROM reminder'))?.rows;

const remindAs =
  (by: string): Handler =>
  async ({ id }, context) => {
    await transactionOf(context).query('INSERT INTO reminder VALUES ($1, $2)', [id, by]);
  };

/** Takes effect in its transaction, then stands still until it is woken. */
const standsStill = () => {
  let wake = (): void => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  let begun = (): void => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const handler: Handler = async (event, context) => {
    await remindAs('zombie')(event, context);
    begun();
    await woken;
  };
  return { handler, wake, hasBegun };
};

const outcomeOf = (handling: Promise<void>) =>
  handling.then(
    () => 'handled',
    (error: { cause?: { code?: string } }) => error.cause?.code,
  );

describeWithServer('a member that stands still in the middle of a handler', () => {
  it('keeps its successor waiting until its lease is over, and takes no effect when it wakes', async () => {
    const [zombie, successor] = [await member(), await member()];
    const { handler, wake, hasBegun } = standsStill();
    const ends = Date.now() + 700;
    const late = outcomeOf(
      zombie.middleware(handler)(eventOf('e1'), contextOf({ leaseMs: () => ends - Date.now() })),
    );
    await hasBegun;
    await successor.middleware(remindAs('successor'))(eventOf('e1'), contextOf({ generation: 2 }));
    expect(Date.now()).toBeGreaterThanOrEqual(ends - 50);
    wake();
    expect(await late).toBe('lease-ended');
    expect(await reminders()).toEqual([{ event_id: 'e1', by: 'successor' }]);
  });

  it('begins nothing that its successor has in hand already', async () => {
    const [zombie, successor] = [await member(), await member()];
    await successor.middleware(remindAs('successor'))(eventOf('e1'), contextOf({ generation: 2 }));
    const late = zombie.middleware(remindAs('zombie'))(eventOf('e2'), contextOf({ generation: 1 }));
    expect(await outcomeOf(late)).toBe('lease-ended');
    expect(await reminders()).toEqual([{ event_id: 'e1', by: 'successor' }]);
  });

  it('has its effect if it wakes in time, and its successor then has none', async () => {
    const [first, successor] = [await member(), await member()];
    const { handler, wake, hasBegun } = standsStill();
    const before = first.middleware(handler)(eventOf('e1'), contextOf());
    await hasBegun;
    const after = successor.middleware(remindAs('successor'))(eventOf('e1'), contextOf({ generation: 2 }));
    wake();
    await Promise.all([before, after]);
    expect(await reminders()).toEqual([{ event_id: 'e1', by: 'zombie' }]);
    expect(successor.stats()).toEqual({ handled: 0, repeated: 1, fenced: 0 });
  });
});

describeWithServer('a handler that waits for others longer than a lease lasts', () => {
  it('takes effect as long as heartbeats renew the lease', async () => {
    const { handler, wake, hasBegun } = standsStill();
    const one = await member();
    const handling = one.middleware(handler)(eventOf('e1'), contextOf({ leaseMs: () => 600 }));
    await hasBegun;
    const woken = Date.now() + 1_500;
    await until(() => Date.now() > woken);
    wake();
    await handling;
    expect(await reminders()).toEqual([{ event_id: 'e1', by: 'zombie' }]);
  });
});

describeWithServer('two members with the same event, each in another version', () => {
  it('have one effect together', async () => {
    const members = await Promise.all(Array.from({ length: 5 }, member));
    await Promise.all(
      members.map((each, i) =>
        each.middleware(remindAs(String(i)))(eventOf('e1'), contextOf({ topic: `t.v${i}`, generation: i })),
      ),
    );
    expect(await reminders()).toHaveLength(1);
  });
});

describeWithServer('a database that goes away', () => {
  it.each([
    ['in the middle of a handler', 'database-unavailable'],
    ['before the commit', 'outcome-unknown'],
  ])('%s is no reason to park the event: it asks for another try', async (when, code) => {
    const inbox = await member();
    const cut: Handler = async (event, context) => {
      await remindAs('member')(event, context);
      const { rows } = await transactionOf(context).query('SELECT pg_backend_pid() AS pid');
      await opened[0]?.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      if (when !== 'before the commit') await remindAs('member')(event, context);
    };
    await expect(inbox.middleware(cut)(eventOf('e1'), contextOf())).rejects.toMatchObject({
      cause: { code },
      details: { directive: { kind: 'retry' } },
    });
    await inbox.middleware(remindAs('member'))(eventOf('e1'), contextOf());
    expect(await reminders()).toHaveLength(1);
  });
});
