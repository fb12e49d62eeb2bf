import { z } from 'zod';
import type { Style } from '../output/style';
import { instantText, list, versionNumber } from './document-parts';
import { reasonOutput } from './verdict-document';

const verdict = z.enum(['safe', 'not-yet', 'unknown']);

const progressRow = z.strictObject({
  group: z.string(),
  phase: z.enum([
    ...(['unregistered', 'unbound', 'proposed', 'bound-back'] as const),
    ...(['cut-ahead', 'draining', 'drained', 'dropped'] as const),
  ]),
  binding: z.strictObject({ version: versionNumber, since: instantText }).nullable(),
  drainedPercent: z.number().nullable().meta({ description: 'of what was visible at the cut' }),
  lag: z
    .strictObject({ events: z.number().nullable(), seconds: z.number().nullable() })
    .meta({ description: 'of the version that counts for the group' }),
  stragglers: z
    .number()
    .nullable()
    .meta({ description: 'processed by the live members since they started; null if none of them says' }),
  trend: z
    .strictObject({
      direction: z.enum(['falling', 'rising', 'steady', 'unknown']),
      perSecond: z.number().nullable(),
      eta: instantText.nullable().meta({ description: 'when nothing is left at this pace' }),
    })
    .nullable()
    .meta({ description: 'since the last look; null at the first one' }),
  verdict,
  because: list(reasonOutput),
});
export type ProgressRow = z.infer<typeof progressRow>;

/** Where a deprecated version stands, with one line for each group on its way past it. */
export const migrationRow = z.strictObject({
  version: versionNumber,
  successor: versionNumber,
  phase: z.enum(['deprecated', 'retiring', 'writes-refused', 'retired']),
  deadline: instantText,
  lastTraffic: instantText.nullable().meta({ description: 'its newest record; null if none is known' }),
  verdict: verdict.meta({ description: 'whether publishers can stop it' }),
  because: list(reasonOutput),
  grown: list(z.strictObject({ partition: z.number().int(), final: z.number(), end: z.number() })).meta({
    description: 'partitions written to after their final end',
  }),
  groups: list(progressRow),
});
export type MigrationRow = z.infer<typeof migrationRow>;

/** A deprecated version for people. */
export const migrationText = (row: MigrationRow, style: Style): string =>
  [
    `v${row.version} goes away in favour of v${row.successor}: ${row.phase}, deadline ${row.deadline}, last written ${row.lastTraffic ?? '?'}, publishers can stop: ${verdictText(row.verdict, style)}`,
    ...row.grown.map(({ partition, final, end }) =>
      style.bad(
        `partition ${partition} ended at ${final} and has grown to ${end}: somebody writes v${row.version}`,
      ),
    ),
    style.table(
      [
        'GROUP',
        'PHASE',
        'COUNTS',
        'SINCE',
        'DRAINED',
        'LAG',
        'SECONDS',
        'STRAGGLERS',
        'TREND',
        'ETA',
        'VERDICT',
      ],
      row.groups.map((group) => [
        group.group,
        group.phase,
        group.binding === null ? '-' : `v${group.binding.version}`,
        group.binding?.since ?? '-',
        group.drainedPercent === null ? '?' : `${group.drainedPercent} %`,
        shown(group.lag.events),
        shown(group.lag.seconds),
        shown(group.stragglers),
        trendText(group.trend),
        group.trend?.eta ?? '-',
        verdictText(group.verdict, style),
      ]),
    ),
  ].join('\n');

const shown = (value: number | null): string => (value === null ? '?' : String(Math.round(value * 10) / 10));

const trendText = (trend: ProgressRow['trend']): string => {
  if (trend === null) return '-';
  return trend.perSecond === null || trend.perSecond === 0
    ? trend.direction
    : `${trend.direction} ${Math.abs(Math.round(trend.perSecond))}/s`;
};

const verdictText = (value: z.infer<typeof verdict>, style: Style): string =>
  value === 'safe' ? style.good(value) : value === 'not-yet' ? style.warning(value) : style.bad(value);
