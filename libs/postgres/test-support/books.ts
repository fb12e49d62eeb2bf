import { defineEventType } from '@baton/core';

export interface BookV1 {
  readonly n: number;
  readonly note: string;
}

export interface BookV2 {
  readonly n: number;
  readonly title: string;
}

const field = (name: string, type: string) => ({ name, type });

/** An event type with two versions, for tests. Version 1 of a book without a title cannot be made. */
export const Book = defineEventType<{ 1: BookV1; 2: BookV2 }, 2>({
  name: 'lending.BooksBorrowed',
  kind: 'event',
  newest: 2,
  versions: {
    1: { schema: { type: 'record', name: 'BookV1', fields: [field('n', 'int'), field('note', 'string')] } },
    2: { schema: { type: 'record', name: 'BookV2', fields: [field('n', 'int'), field('title', 'string')] } },
  },
  downcasts: {
    1: ({ n, title }: BookV2): BookV1 => {
      if (title === '') throw new Error('no title');
      return { n, note: title };
    },
  },
  upcasts: {},
});

/** Another event type, so that one can fail without the other. */
export const Return = defineEventType<{ 1: { readonly n: number } }, 1>({
  name: 'lending.BooksReturned',
  kind: 'event',
  newest: 1,
  versions: { 1: { schema: { type: 'record', name: 'Return', fields: [field('n', 'int')] } } },
  downcasts: {},
  upcasts: {},
});
