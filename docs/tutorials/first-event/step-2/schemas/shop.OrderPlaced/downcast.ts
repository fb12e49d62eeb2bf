import type { OrderPlacedDowncasts } from './generated';

/** Version 1 knows a customer by name alone. */
export const downcasts: OrderPlacedDowncasts = {
  1: ({ customer, ...order }) => ({ ...order, customer: customer.name }),
};
