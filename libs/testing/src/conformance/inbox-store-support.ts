import { instantFromMillis } from '@baton/core';
import type { InboxTransaction, Lease } from '@baton/postgres';
import { insertEffect } from '../database/inbox-server';

export const at = { topic: 'lending.BooksBorrowed.v1', partition: 0 } as const;

/** A lease from now on, in the time of the database. */
export const leaseOf = async (tx: InboxTransaction, lengthMs = 10_000): Promise<Lease> => ({
  from: await tx.now(10_000),
  lengthMs,
});

/** Has an effect that says `what`. */
export const effectOf = async (tx: InboxTransaction, what: string): Promise<void> => {
  await tx.effects.query(insertEffect, [what]);
};

export const eventOf = (id: string, source = 'lending') => ({
  source,
  id,
  createdAt: instantFromMillis(1_000),
});

/** Marks an event under a lease of ten seconds. */
export const markAs = async (
  tx: InboxTransaction,
  id: string,
  { source = 'lending', version = 1 }: { readonly source?: string; readonly version?: number } = {},
): Promise<'new' | 'marked-before'> =>
  tx.mark({ event: eventOf(id, source), version, lease: await leaseOf(tx) });

/** Marks an event and has an effect that says its id, unless it is marked. */
export const handle =
  (id: string, effect = id) =>
  async (tx: InboxTransaction): Promise<'new' | 'marked-before'> => {
    const marked = await markAs(tx, id);
    if (marked === 'new') await effectOf(tx, effect);
    return marked;
  };

/** Somewhere to wait until somebody goes on. */
export const createGate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
};
