/// <reference types="jest" />
import { type PublishedVersions, publishedVersions } from '@baton/core';
import type { Clock } from '@baton/messaging';
import type { Attention, ReadOptions, RelayConnection, RelayDatabase, StampedSeq } from '@baton/postgres';
import type { PortPromise } from './promises';

/**
 * What a database may be unable to show. `several-connections`: more than one at a time. `standstill`: the server ends a
 * connection that stands still.
 */
export type OutboxFeature = 'several-connections' | 'standstill';

/** An event that a test puts into the outbox. */
export interface EventToInsert {
  readonly id: string;
  readonly key?: string;
  readonly version?: number;
  readonly range?: number;
}

/** An outbox that is empty, as one promise finds it. */
export interface OutboxSite {
  readonly source: string;
  readonly eventType: string;
  /** The time of the server, and of everybody else. */
  readonly clock: Clock;
  readonly database: RelayDatabase;
  /** Inserts events in one transaction that commits. */
  insert(...events: readonly EventToInsert[]): Promise<void>;
  /** Inserts events in a transaction that stays open. */
  begin(...events: readonly EventToInsert[]): Promise<OpenTransaction>;
  close(): Promise<void>;
}

export interface OpenTransaction {
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

/** The data of every event, and how many bytes they are. */
export const eventData = { n: 1, title: 'Momo' } as const;

export const eventBytes = Buffer.byteLength(JSON.stringify(eventData));

/** Begins a transaction, and leaves it open until somebody says how it ends. */
export const leaveOpen = <T>(
  transaction: (work: (tx: T) => Promise<void>) => Promise<void>,
  begin: (tx: T) => Promise<void>,
): Promise<OpenTransaction> =>
  new Promise((begun, failed) => {
    const left = new Error('rolled back');
    let end: { readonly commit: () => void; readonly rollBack: (error: Error) => void } | undefined;
    const open = new Promise<void>((commit, rollBack) => {
      end = { commit, rollBack };
    });
    const over = transaction(async (tx) => {
      await begin(tx);
      begun({
        commit: () => {
          end?.commit();
          return over;
        },
        rollBack: () => {
          end?.rollBack(left);
          return over;
        },
      });
      await open;
    }).catch((error: unknown) => {
      if (error === left) return;
      failed(error);
      throw error;
    });
  });

export type OutboxPromise = PortPromise<OutboxSite, OutboxFeature>;

const twins = publishedVersions([1, 2]);

export const readAll = ({ eventType }: OutboxSite, options: Partial<ReadOptions> = {}): ReadOptions => ({
  phase: 'new',
  newer: 'together',
  eventTypes: [{ name: eventType, newest: 2 }],
  maxEvents: 100,
  maxBytes: 1_000_000,
  sent: [],
  ...options,
});

/** A connection to two ranges. */
export const connected = async ({ database, source }: OutboxSite): Promise<RelayConnection> => {
  await database.prepare(source, 2);
  return database.connect(source);
};

/** The ids of what comes next in the first range. */
export const next = async (
  site: OutboxSite,
  { store }: RelayConnection,
  options: Partial<ReadOptions> = {},
): Promise<readonly string[]> => (await store.read(0, readAll(site, options))).map(({ id }) => id);

export const seqOf = async (site: OutboxSite, { store }: RelayConnection, id: string): Promise<string> => {
  const phases = ['new', 'stamped'] as const;
  const found = await Promise.all(phases.map((phase) => store.read(0, readAll(site, { phase }))));
  return found.flat().find((event) => event.id === id)?.seq ?? `no ${id}`;
};

/** Stamps events of the first range at one instant. */
export const stamp = async (
  site: OutboxSite,
  connection: RelayConnection,
  ids: readonly string[],
  { at = site.clock.now(), published = twins }: { at?: number; published?: PublishedVersions } = {},
): Promise<'stamped' | 'retired'> => {
  const rows: StampedSeq[] = [];
  for (const id of ids) {
    const seq = await seqOf(site, connection, id);
    rows.push({ seq, createdAt: at, partition: 1, published });
  }
  const versions = published.map((version) => `${site.eventType} ${version}`);
  return connection.store.stamp(0, rows, versions);
};

export const deaf: Attention = { standstillMs: 60_000, inserted: () => {} };

/** Waits until a fact holds; fails with what it waited for. */
export const eventually = async (
  { clock }: OutboxSite,
  fact: () => boolean | Promise<boolean>,
  limitMs = 8_000,
): Promise<void> => {
  const end = clock.elapsed() + limitMs;
  while (!(await fact())) {
    if (clock.elapsed() > end) throw new Error(`Expected within ${limitMs} ms: ${fact.toString()}`);
    await new Promise<void>((resolve) => {
      clock.after(10, resolve);
    });
  }
};
