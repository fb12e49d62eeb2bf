import type { OrderPlacedUpcasts } from './generated';

/** Nobody can tell the customer's id from the name: there is no way up from version 1. */
export const upcasts: OrderPlacedUpcasts = {};
