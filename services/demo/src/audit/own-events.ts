import type { CommittedRecord, Effect } from './types';

interface Evidence {
  readonly records: readonly CommittedRecord[];
  readonly effects: Readonly<Record<string, readonly Effect[]>>;
}

/**
 * Leaves out what others published on the same topics meanwhile: records with keys that this run never used, and what
 * was done for them. An effect without any record stays, whatever its key.
 */
export const ownEvents = ({ records, effects }: Evidence, ownKeys: ReadonlySet<string>): Evidence => {
  const own = records.filter(({ key }) => ownKeys.has(key));
  const ownIds = new Set(own.map(({ id }) => id));
  const foreignIds = new Set(records.map(({ id }) => id).filter((id) => !ownIds.has(id)));
  return {
    records: own,
    effects: Object.fromEntries(
      Object.entries(effects).map(([group, rows]) => [group, rows.filter(({ id }) => !foreignIds.has(id))]),
    ),
  };
};
