import { instantFromMillis, publishedVersions, version } from '@baton/core';
import type { Event, HandlerContext } from '@baton/messaging';
import type { BooksBorrowedV1, BooksBorrowedV2 } from '@baton/schemas';
import type { Effect } from '@baton/service-kit';
import { createReminders, type Reminder, reminderOf } from './remind';

const loan: BooksBorrowedV2 = {
  loanId: 'loan-1',
  borrower: { borrowerId: 'b-1', name: 'Ada', email: 'ada@example.org' },
  books: [
    { isbn: '1', title: 'Emma', replacementPrice: '9.00' },
    { isbn: '2', title: 'Persuasion', replacementPrice: '8.00' },
  ],
  branch: 'HARBOUR',
  borrowedAt: new Date(0),
  dueDate: '2026-03-01',
  note: null,
};

const loanV1: BooksBorrowedV1 = {
  ...loan,
  changeInfo: { changedBy: 'desk', changedAt: new Date(0), reason: 'opened at the desk' },
};

const eventOf = <Data>(v: number, data: Data): Event<Data> => ({
  id: 'e-1',
  source: 'lending',
  type: 'lending.BooksBorrowed',
  createdAt: instantFromMillis(0),
  published: publishedVersions([1, 2]),
  version: version(v),
  key: 'loan-1',
  data,
});

const contextOf = (v: number): HandlerContext => ({
  group: 'reminders',
  topic: `lending.BooksBorrowed.v${v}`,
  partition: 0,
  offset: 0,
  responsible: version(v),
  attempt: 1,
  generation: 1,
  leaseMs: () => 10_000,
  signal: new AbortController().signal,
});

const setUp = () => {
  const kept: Effect[] = [];
  const planned: Reminder[] = [];
  const handlers = createReminders({
    effects: { append: (effect) => void kept.push(effect) },
    plan: (reminder) => void planned.push(reminder),
  });
  return { kept, planned, handlers };
};

describe('a reminder', () => {
  it('goes out two days before the books are due, across the end of a month', () => {
    expect(reminderOf(loan)).toEqual({
      to: 'ada@example.org',
      on: '2026-02-27',
      text: 'Dear Ada, please return by 2026-03-01: Emma, Persuasion.',
    });
  });

  it('is planned from version 2, and the effect says so', async () => {
    const { handlers, kept, planned } = setUp();
    await handlers.remind(eventOf(2, loan), contextOf(2));
    expect(planned).toHaveLength(1);
    expect(kept).toEqual([{ id: 'e-1', key: 'loan-1', version: 2 }]);
  });

  it('is planned from version 1 with the reason that only version 1 knows', async () => {
    const { handlers, kept, planned } = setUp();
    await handlers.remindFromV1(eventOf(1, loanV1), contextOf(1));
    expect(planned[0]?.text).toContain('Recorded as: opened at the desk.');
    expect(kept).toEqual([{ id: 'e-1', key: 'loan-1', version: 1 }]);
  });

  it('keeps the version that counted where the data was translated', async () => {
    const { handlers, kept } = setUp();
    await handlers.remind(eventOf(2, loan), contextOf(1));
    expect(kept).toEqual([{ id: 'e-1', key: 'loan-1', version: 1 }]);
  });
});
