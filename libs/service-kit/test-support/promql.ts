import type { MetricDescription } from '../src';

/** A metric in an expression, with the labels that the expression picks from it. */
export interface MetricUse {
  readonly metric: string;
  readonly labels: readonly string[];
}

const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;
const range = /\[[^\]]*\]/g;
const words = ['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'];

/** The metrics that an expression of PromQL reads, and the labels it groups or joins by. */
export const usesOf = (
  expr: string,
): { readonly metrics: readonly MetricUse[]; readonly by: readonly string[] } => {
  const bare = expr.replaceAll(quoted, '""').replaceAll(range, '');
  const by = [...bare.matchAll(grouping)].flatMap(([, names = '']) => namesIn(names));
  const metrics = [
    ...bare.replaceAll(grouping, ' ').matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?/g),
  ].flatMap(([, metric = '', after = '']): readonly MetricUse[] => {
    if (after === '(' || words.includes(metric.toLowerCase())) return [];
    return [
      {
        metric,
        labels: [...after.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, name = '']) => name),
      },
    ];
  });
  return { metrics, by };
};

const namesIn = (list: string): readonly string[] =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Labels that Prometheus adds. */
const ofPrometheus: readonly string[] = ['job', 'instance'];

/** What an expression asks for that no service has. */
export const problemsOf = (expr: string, described: readonly MetricDescription[]): readonly string[] => {
  const { metrics, by } = usesOf(expr);
  const known = new Map(
    described.flatMap((metric) => seriesOf(metric).map((series) => [series.name, series])),
  );
  const all = new Set(metrics.flatMap(({ metric }) => known.get(metric)?.labels ?? []));
  return [
    ...(metrics.length === 0 ? [`no metric in ${expr}`] : []),
    ...metrics.flatMap(({ metric, labels }) => {
      const series = known.get(metric);
      if (series === undefined) return [`no metric ${metric}`];
      return labels
        .filter((label) => !series.labels.includes(label) && !ofPrometheus.includes(label))
        .map((label) => `${metric} has no label ${label}`);
    }),
    ...by
      .filter((label) => !all.has(label) && !ofPrometheus.includes(label))
      .map((label) => `no label ${label}`),
  ];
};

const seriesOf = ({
  name,
  type,
  labels,
}: MetricDescription): readonly Pick<MetricDescription, 'name' | 'labels'>[] =>
  type === 'histogram'
    ? [
        { name: `${name}_bucket`, labels: [...labels, 'le'] },
        { name: `${name}_sum`, labels },
        { name: `${name}_count`, labels },
      ]
    : [{ name, labels }];
