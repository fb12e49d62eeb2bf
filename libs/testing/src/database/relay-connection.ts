import { BatonError } from '@baton/core';
import type { OutboxStore, RangeLocks, RelayConnection, RelayDatabase } from '@baton/postgres';
import type { Network } from '../broker/network';
import type { SimulatedProcess } from '../broker/process';
import { lagOf, type OutboxStatements, outboxStatements } from './outbox-statements';
import type { OutboxTable } from './outbox-table';
import type { Session, Sessions } from './sessions';

export interface RelayDatabaseDeps {
  readonly process: SimulatedProcess;
  readonly network: Network;
  readonly sessions: Sessions;
  readonly table: OutboxTable;
  /** By the clock of the server. */
  readonly now: () => number;
}

/** Runs one statement on the server, over the network. */
type Run = <T>(effect: () => T) => Promise<T>;

/** The outbox as the relays of one process have it. */
export const createMemoryRelayDatabase = (deps: RelayDatabaseDeps): RelayDatabase => {
  const { process, network, table, now } = deps;
  const run: Run = (effect) => network.call(process, 'statement', effect);
  return {
    prepare: (source, ranges) => run(() => openRanges(table, source, ranges)),
    connect: (source) => connect(deps, source),
    lag: (source) => run(() => lagOf(table, source, now())),
    clean: ({ source, keepMs, limit }) => run(() => table.deleteSent(source, now() - keepMs, limit)),
  };
};

const openRanges = (table: OutboxTable, source: string, ranges: number): void => {
  const there = table.ranges.get(source);
  if (there === undefined) {
    const made = Array.from({ length: ranges }, () => ({ newestStamp: 0, retired: [], retirements: 0 }));
    table.ranges.set(source, made);
  } else if (there.length !== ranges) {
    throw new BatonError(
      'invalid-configuration',
      `The outbox of "${source}" has ${there.length} ranges; expected ${ranges}.`,
    );
  }
};

const connect = async (
  { process, network, sessions, table, now }: RelayDatabaseDeps,
  source: string,
): Promise<RelayConnection> => {
  let over = (): void => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  let inserted = (_range: number): void => {};
  /** Nobody is told who is cut off: he learns of it at his next statement. */
  const tell = (what: () => void): void => {
    void network.travel(process, 'statement').then(() => {
      if (process.isConnected()) process.enter(what);
    });
  };
  const session = await network.call(process, 'statement', () =>
    sessions.begin(process, {
      ended: () => tell(over),
      notified: (of, range) => {
        if (of === source) tell(() => inserted(range));
      },
    }),
  );
  let last: Promise<unknown> = Promise.resolve();
  /** One statement after the other: several users share the connection. */
  const run: Run = (effect) => {
    const result = last.then(() =>
      network.call(process, 'statement', () => {
        sessions.use(session);
        return effect();
      }),
    );
    last = result.catch(() => {});
    return result;
  };
  return {
    store: storeOver(run, outboxStatements(table, source, now)),
    locks: locksOver(run, { sessions, session, source }),
    attend: ({ standstillMs, inserted: listener }) =>
      run(() => {
        inserted = listener;
        sessions.endIfIdle(session, standstillMs);
      }),
    ended,
    close: () => run(() => sessions.end(session)).catch(() => over()),
  };
};

const storeOver = (run: Run, statements: OutboxStatements): OutboxStore => ({
  newestStamp: (...args) => run(() => statements.newestStamp(...args)),
  read: (...args) => run(() => statements.read(...args)),
  stamp: (...args) => run(() => statements.stamp(...args)),
  park: (...args) => run(() => statements.park(...args)),
  retire: (...args) => run(() => statements.retire(...args)),
  retirements: () => run(() => statements.retirements()),
  revive: (...args) => run(() => statements.revive(...args)),
  unsentWith: (...args) => run(() => statements.unsentWith(...args)),
});

interface LockDeps {
  readonly sessions: Sessions;
  readonly session: Session;
  readonly source: string;
}

const locksOver = (run: Run, { sessions, session, source }: LockDeps): RangeLocks => {
  const { held } = session;
  const presence = `${source} present`;
  const lockOf = (range: number): string => `${source} ${range}`;
  const add = (lock: string): void => {
    held.set(lock, (held.get(lock) ?? 0) + 1);
  };
  return {
    present: () => run(() => add(presence)),
    relays: () => run(() => sessions.holding(presence).length),
    share: (ranges) =>
      run(() => {
        const all = sessions.holding(presence);
        const relays = Math.max(1, all.length);
        const before = all.filter(({ number }) => number < session.number).length;
        return Math.floor(ranges / relays) + (before < ranges % relays ? 1 : 0);
      }),
    take: (range) =>
      run(() => {
        const isTaken = sessions.holding(lockOf(range)).some((other) => other !== session);
        if (!isTaken) add(lockOf(range));
        return !isTaken;
      }),
    giveBack: (range) =>
      run(() => {
        const left = (held.get(lockOf(range)) ?? 0) - 1;
        if (left > 0) held.set(lockOf(range), left);
        else held.delete(lockOf(range));
      }),
    assertHeld: (range) =>
      run(() => {
        if (held.has(lockOf(range))) return;
        throw new BatonError(
          'lease-ended',
          `Expected the connection of this relay to hold range ${range} of the outbox of "${source}", but it does not.`,
        );
      }),
  };
};
