import type { Style } from '../output/style';
import { migrationText } from './migration-rows';
import type { EventTypeStatus, GroupRow, StatusDocument } from './status-document';

/** What `baton status` prints for people; positions by partition where only one event type is shown. */
export const renderStatus = ({ eventTypes }: StatusDocument, style: Style): string =>
  eventTypes.map((one) => eventTypeText(one, style, eventTypes.length === 1)).join('\n\n');

const eventTypeText = (status: EventTypeStatus, style: Style, detailed: boolean): string =>
  [
    `${style.strong(status.eventType)}  ${topicsText(status)}`,
    `published by ${status.publishers.map(({ instance, versions }) => `${instance} (${versionsText(versions)})`).join(', ') || 'nobody known'}`,
    status.groups.length === 0 ? 'no group reads it' : groupTable(status, style),
    ...status.groups.flatMap((group) => remarks(group, style)),
    ...status.migrations.flatMap((row) => ['', migrationText(row, style)]),
    ...(detailed && status.groups.length > 0 ? ['', positionTable(status, style)] : []),
  ].join('\n');

const topicsText = ({ topics }: EventTypeStatus): string =>
  Object.entries(topics)
    .map(([version, { partitions, end }]) => `v${version}: ${partitions} partitions, ends ${sum(end)}`)
    .join('; ') || 'no topics yet (baton topics apply)';

const groupTable = ({ groups, topics }: EventTypeStatus, style: Style): string => {
  const versions = Object.keys(topics);
  const newest = Number(versions.at(-1) ?? 2);
  const bound = `BoundToV${Math.max(2, newest)}Since` as const;
  return style.table(
    ['GROUP', 'STATE', 'MEMBERS', 'COUNTS', bound, ...versions.map((v) => `V${v} LAG`), 'DRAINED'],
    groups.map((group) => [
      group.group,
      group.state,
      String(group.members),
      group.version === null ? 'not registered' : `v${group.version}`,
      group[bound] ?? '-',
      ...versions.map((v) => shown(group.versions[v]?.lag)),
      drainedText(group.drained, style),
    ]),
  );
};

const remarks = ({ group, drained, because, proposal }: GroupRow, style: Style): readonly string[] => [
  ...(proposal === null
    ? []
    : [
        `${group}: proposed v${proposal.version} since ${proposal.since}, to be decided by ${proposal.decideBy}`,
      ]),
  ...(drained === 'yes' ? [] : because.map((reason) => style.dim(`${group}: ${reason}`))),
];

const positionTable = ({ groups, topics }: EventTypeStatus, style: Style): string =>
  style.table(
    ['GROUP', 'VERSION', 'PARTITION', 'COMMITTED', 'END', 'LAG'],
    groups.flatMap(({ group, versions }) =>
      Object.entries(topics).flatMap(([version, { end }]) =>
        end.map((last, partition) => {
          const committed = versions[version]?.committed[partition] ?? null;
          const lag = committed === null ? null : Math.max(0, last - committed);
          return [group, `v${version}`, String(partition), shown(committed), String(last), shown(lag)];
        }),
      ),
    ),
  );

const drainedText = (drained: GroupRow['drained'], style: Style): string => {
  switch (drained) {
    case 'yes':
      return style.good(drained);
    case 'no':
      return style.warning(drained);
    case 'unknown':
      return style.bad(drained);
  }
};

const versionsText = (versions: readonly number[]): string =>
  versions.map((version) => `v${version}`).join(',');

const shown = (value: number | null | undefined): string =>
  value === null || value === undefined ? '?' : String(value);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
