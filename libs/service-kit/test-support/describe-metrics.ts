import type { MetricDescription } from '../src';

/** The table of some metrics, as a section of the reference page. */
export const describeMetrics = (title: string, metrics: readonly MetricDescription[]): string =>
  [
    `## ${title}`,
    '',
    '| metric | type | labels | meaning |',
    '|---|---|---|---|',
    ...metrics.map(
      ({ name, type, labels, help }) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
    ),
    '',
  ].join('\n');
