import type { PlantedBug } from '../planted-bug';

const inbox = 'libs/postgres/src/inbox/inbox.ts';

/** Faults of the inbox: whose effect may be committed, which events are one, and what is committed together. */
export const inboxBugs: readonly PlantedBug[] = [
  {
    name: 'inbox-without-lease',
    says: 'An effect is committed whenever its handler comes to an end, whoever owns the partition by then.',
    breaks: 'no effect on an expired lease',
    edits: [
      {
        file: inbox,
        find: "  const lengthMs = context.leaseMs();\n  if (lengthMs <= 0 || context.signal.aborted) throw leaseEnded(event, 'The lease of this member has ended.');\n",
        replace: '  const lengthMs = 3_600_000;\n  void event;\n',
      },
      {
        file: inbox,
        find: 'await own(tx.now(Math.max(1, context.leaseMs())));',
        replace: 'await own(tx.now(3_600_000));\n  void context;',
      },
      {
        file: inbox,
        find: "  if (claimed === 'owned-by-later') {",
        replace: "  if (claimed !== 'owned' && claimed !== 'owned-by-later') {",
      },
      {
        file: inbox,
        find: "  if (context.leaseMs() <= 0 || context.signal.aborted)\n    throw leaseEnded(event, 'The lease of this member has ended.');\n",
        replace: '  void event;\n',
      },
      {
        file: inbox,
        find: '    if (idleMs > 0) tx.stay(idleMs).catch(() => {});',
        replace: '    void idleMs;',
      },
    ],
  },
  {
    name: 'inbox-lease-unknown-to-the-database',
    says: 'Only the process checks its lease, before its commit: the database neither ends the transaction nor refuses it.',
    breaks: 'no effect on an expired lease',
    edits: [
      {
        file: inbox,
        find: 'inDatabase: { from, lengthMs } satisfies Lease',
        replace: 'inDatabase: { from, lengthMs: 3_600_000 } satisfies Lease',
      },
      {
        file: inbox,
        find: 'await own(tx.now(Math.max(1, context.leaseMs())));',
        replace: 'await own(tx.now(3_600_000));',
      },
      {
        file: inbox,
        find: '    if (idleMs > 0) tx.stay(idleMs).catch(() => {});',
        replace: '    void idleMs;',
      },
    ],
  },
  {
    name: 'inbox-key-with-version',
    says: 'The mark of an event names the version in which it was handled.',
    breaks: 'one effect of each event',
    edits: [
      {
        file: inbox,
        find: 'await own(tx.mark({ event, version: context.responsible, lease: inDatabase }));',
        replace:
          "await own(\n    tx.mark({\n      event: { ...event, id: [event.id, context.responsible].join('/') },\n      version: context.responsible,\n      lease: inDatabase,\n    }),\n  );",
      },
      {
        file: inbox,
        find: 'await own(tx.extend(event, inDatabase));',
        replace:
          "await own(tx.extend({ ...event, id: [event.id, context.responsible].join('/') }, inDatabase));",
      },
    ],
  },
  {
    name: 'inbox-marks-before-the-effect',
    says: 'An event is marked in a transaction of its own, and takes effect in the next one.',
    breaks: 'one effect of each event',
    edits: [
      {
        file: inbox,
        find: '      const outcome = await store.transaction(async (tx) => {\n        const lease = await beginLease(tx, { event, context, clock });\n',
        replace:
          '      const begun = await store.transaction((first) => beginLease(first, { event, context, clock }));\n      const outcome = await store.transaction(async (tx) => {\n        const lease = begun;\n',
      },
    ],
  },
  {
    name: 'inbox-marks-after-the-effect',
    says: 'An event takes effect in a transaction of its own, and is marked in the next one.',
    breaks: 'one effect of each event',
    edits: [
      {
        file: inbox,
        find: '      const outcome = await store.transaction(async (tx) => {\n',
        replace:
          '      await store.transaction(({ effects }) => next(event, withTransaction(context, effects)));\n      const outcome = await store.transaction(async (tx) => {\n',
      },
      {
        file: inbox,
        find: 'whileWanted(() => next(event, withTransaction(context, effects)), { event, context }),',
        replace: 'whileWanted(async () => void effects, { event, context }),',
      },
    ],
  },
  {
    name: 'inbox-unknown-commit-taken-for-done',
    says: 'A commit whose answer got lost counts as one that took effect.',
    breaks: 'one effect of each event',
    edits: [
      {
        file: inbox,
        find: '      throw asRetry(event, error);',
        replace: '      if (!isUnknownCommit(error)) throw asRetry(event, error);',
      },
    ],
  },
];
