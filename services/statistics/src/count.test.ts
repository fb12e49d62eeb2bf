import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantFromMillis, publishedVersions, version } from '@baton/core';
import type { Event, HandlerContext } from '@baton/messaging';
import type { BooksBorrowedV2 } from '@baton/schemas';
import {
  createEffectStore,
  type Database,
  type EffectStore,
  openDatabase,
  readEffects,
} from '@baton/service-kit';
import { createBranchCounts } from './branch-counts';
import { createStatistics } from './count';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-statistics-'));
  database = openDatabase(join(folder, 'effects.db'), { pid: process.pid });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const book = { isbn: '1', title: 'Emma', replacementPrice: '9.00' };

const eventOf = (branch: BooksBorrowedV2['branch'], books: number): Event<BooksBorrowedV2> => ({
  id: `e-${branch}`,
  source: 'lending',
  type: 'lending.BooksBorrowed',
  createdAt: instantFromMillis(0),
  published: publishedVersions([2]),
  version: version(2),
  key: 'loan-1',
  data: {
    loanId: 'loan-1',
    borrower: { borrowerId: 'b-1', name: 'Ada', email: null },
    books: Array.from({ length: books }, () => book),
    branch,
    borrowedAt: new Date(0),
    dueDate: '2026-03-01',
    note: null,
  },
});

const context: HandlerContext = {
  group: 'statistics',
  topic: 'lending.BooksBorrowed.v2',
  partition: 0,
  offset: 0,
  responsible: version(2),
  attempt: 1,
  generation: 1,
  leaseMs: () => 10_000,
  signal: new AbortController().signal,
};

const setUp = (effects: EffectStore = createEffectStore({ database, instance: 's-1', now: () => 0 })) => {
  const counts = createBranchCounts(database);
  return { counts, handlers: createStatistics({ database, counts, effects }) };
};

describe('statistics', () => {
  it('counts loans and books by branch, and keeps an effect for each event', async () => {
    const { counts, handlers } = setUp();
    await handlers.count(eventOf('HARBOUR', 2), context);
    await handlers.count(eventOf('CENTRAL', 1), context);
    await handlers.count(eventOf('HARBOUR', 3), context);
    expect(counts.all()).toEqual([
      { branch: 'CENTRAL', loans: 1, books: 1 },
      { branch: 'HARBOUR', loans: 2, books: 5 },
    ]);
    expect(readEffects(database).map(({ id, version: v }) => [id, v])).toEqual([
      ['e-HARBOUR', 2],
      ['e-CENTRAL', 2],
      ['e-HARBOUR', 2],
    ]);
  });

  it('counts nothing if the effect cannot be kept', async () => {
    const { counts, handlers } = setUp({
      append: () => {
        throw new Error('disk full');
      },
    });
    await expect(handlers.count(eventOf('HARBOUR', 2), context)).rejects.toThrow('disk full');
    expect(counts.all()).toEqual([]);
  });
});
