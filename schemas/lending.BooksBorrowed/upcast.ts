import type { BooksBorrowedUpcasts } from './generated';

/** Version 2 is version 1 without `changeInfo`. */
export const upcasts: BooksBorrowedUpcasts = {
  2: ({ changeInfo: _changeInfo, ...data }) => data,
};
