import type { BooksBorrowedDowncasts } from './generated';

/**
 * Version 1 wants to know who changed the loan, which nobody records any more. Its subscribers get a neutral answer:
 * the lending service itself, at the moment of borrowing.
 */
export const downcasts: BooksBorrowedDowncasts = {
  1: (data) => ({
    ...data,
    changeInfo: { changedBy: 'lending', changedAt: data.borrowedAt, reason: 'books borrowed' },
  }),
};
