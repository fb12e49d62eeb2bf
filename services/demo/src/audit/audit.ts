import { countOutOfOrder, groupBy } from './order';
import type { AuditFigures, AuditInput, CommittedRecord, Effect, GroupFigures } from './types';

/**
 * Compares what lending acknowledged, what the topics hold and what the subscribers did. It knows nothing of
 * bindings and shares no code with the system it judges: ids, sets and orders are all it compares.
 */
export const audit = ({ acknowledged, records, effects }: AuditInput): AuditFigures => {
  const byId = groupBy(records, ({ id }) => id);
  const acknowledgedIds = new Set(acknowledged.map(({ id }) => id));
  const count = (isFaulty: (copies: readonly CommittedRecord[]) => boolean): number =>
    [...byId.values()].filter(isFaulty).length;
  return {
    published: acknowledgedIds.size,
    unacknowledged: [...byId.keys()].filter((id) => !acknowledgedIds.has(id)).length,
    torn: count(isTorn),
    unequalTwins: count(isUnequal),
    groups: Object.fromEntries(
      Object.entries(effects).map(([group, rows]): [string, GroupFigures] => [
        group,
        {
          ...countHandlings(rows),
          lost: countLost(acknowledgedIds, rows),
          outOfOrder: countOutOfOrder(acknowledged, rows),
          unpublished: countUnpublished(byId, rows),
        },
      ]),
    ),
  };
};

/** What a clean audit has none of; the words are those of the figures. */
export const findings = (figures: AuditFigures): readonly string[] => [
  ...(figures.torn > 0 ? [`${figures.torn} torn`] : []),
  ...(figures.unequalTwins > 0 ? [`${figures.unequalTwins} with unequal twins`] : []),
  ...Object.entries(figures.groups).flatMap(([group, of]) =>
    (['lost', 'doubled', 'outOfOrder', 'unpublished'] as const)
      .filter((figure) => of[figure] > 0)
      .map((figure) => `${group}: ${of[figure]} ${figure}`),
  ),
];

const isTorn = (copies: readonly CommittedRecord[]): boolean => {
  const visible = [...new Set(copies.map(({ version }) => version))].sort((a, b) => a - b).join(',');
  return copies.some(({ publishedVersions }) => publishedVersions !== visible);
};

const isUnequal = (copies: readonly CommittedRecord[]): boolean =>
  new Set(copies.map(({ key, createdAt, partition }) => JSON.stringify([key, createdAt, partition]))).size >
  1;

const countHandlings = (
  effects: readonly Effect[],
): Pick<GroupFigures, 'handled' | 'doubled' | 'redelivered'> => {
  const versionsById = new Map<string, Set<number>>();
  let redelivered = 0;
  for (const { id, version } of effects) {
    const versions = versionsById.get(id) ?? new Set();
    if (versions.has(version)) redelivered += 1;
    versionsById.set(id, versions.add(version));
  }
  const handled: Record<string, number> = { '1': 0, '2': 0 };
  for (const version of [...versionsById.values()].flatMap((versions) => [...versions])) {
    handled[version] = (handled[version] ?? 0) + 1;
  }
  const doubled = [...versionsById.values()].filter((versions) => versions.size > 1).length;
  return { handled, doubled, redelivered };
};

const countLost = (acknowledged: ReadonlySet<string>, effects: readonly Effect[]): number => {
  const handled = new Set(effects.map(({ id }) => id));
  return [...acknowledged].filter((id) => !handled.has(id)).length;
};

const countUnpublished = (
  records: ReadonlyMap<string, readonly CommittedRecord[]>,
  effects: readonly Effect[],
): number => [...new Set(effects.map(({ id }) => id))].filter((id) => !records.has(id)).length;
