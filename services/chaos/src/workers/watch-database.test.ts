import type { Database, Queryable } from '@baton/postgres';
import { inboxPoints, type Point, type Points } from './points';
import { watchInboxDatabase, watchRelayDatabase } from './watch-database';

const reaching = (): { points: Points; reached: Point[] } => {
  const reached: Point[] = [];
  return { reached, points: { arm() {}, disarm() {}, reach: (point) => void reached.push(point) } };
};

/** Answers every statement with one row in which everything went well. */
const agreeable: Queryable = {
  query: async () => ({ rows: [{ taken: true, now: '2026-01-01', n: 0, number: 99 }] }),
};

const database: Database = {
  kind: 'server',
  ...agreeable,
  transaction: (work) => work(agreeable),
  session: async () => ({
    ...{ kind: 'server', listen: async () => {}, ended: new Promise(() => {}), close: async () => {} },
    ...agreeable,
  }),
  close: async () => {},
};

describe('the points of a member with an inbox', () => {
  it('are all reached by one effect, and none by what has no effect', async () => {
    const { points, reached } = reaching();
    const watched = watchInboxDatabase(database, points);
    await watched.transaction((tx) => tx.query('SELECT 1'));
    expect(reached).toEqual([]);
    await watched.transaction(async (tx) => {
      await tx.query('INSERT INTO baton.inbox_owner AS o VALUES (1)');
      await tx.query('INSERT INTO baton.inbox (a) VALUES (1)');
      await tx.query('INSERT INTO effect VALUES (1)');
    });
    expect(reached).toEqual([...inboxPoints]);
  });
});

describe('the points of a relay', () => {
  it('are around the stamp and the mark, and after a range was taken', async () => {
    const { points, reached } = reaching();
    const session = await watchRelayDatabase(database, points).session();
    await session.query('SELECT pg_try_advisory_lock(1, 2) AS taken');
    await session.query('UPDATE x SET newest_stamp = greatest(newest_stamp, 3)');
    await session.query('WITH marked AS (UPDATE x)', ['s', 1, [], []]);
    await session.query('WITH marked AS (UPDATE x)', ['s', 1, [], ['7']]);
    expect(reached).toEqual([
      'after-range-taken',
      'before-stamp',
      'after-stamp',
      'before-mark',
      'after-mark',
    ]);
  });
});
