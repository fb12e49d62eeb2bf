import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { everyMetric } from '../../test-support/every-metric';
import { problemsOf } from '../../test-support/promql';

const folder = join(__dirname, '../../../../docs/dashboards');
const described = everyMetric().described();
/** Metrics of the process that variables may ask for. */
const ofProcess = { name: 'process_start_time_seconds', type: 'gauge', help: '', labels: [] } as const;

const place = z.object({ h: z.number(), w: z.number(), x: z.number(), y: z.number() });
const source = z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{datasource\}$/) });
const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.number(),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(
    z.object({
      id: z.number(),
      type: z.string(),
      title: z.string(),
      gridPos: place,
      datasource: source.optional(),
      targets: z
        .array(z.object({ expr: z.string(), legendFormat: z.string(), datasource: source }))
        .default([]),
    }),
  ),
});

const board = dashboard.parse(JSON.parse(readFileSync(join(folder, 'baton.json'), 'utf8')));
const targets = board.panels.flatMap(({ title, targets: all }) =>
  all.map((target) => ({ title, ...target })),
);

const alerts = z
  .object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            labels: z.record(z.string(), z.string()),
            annotations: z.object({ summary: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(readFileSync(join(folder, 'baton-alerts.yaml'), 'utf8')))
  .groups.flatMap(({ rules }) => rules);

describe('the check of expressions', () => {
  it.each([
    ['sum by (group) (rate(baton_decisions{group="a"}[5m]))', 'no metric baton_decisions'],
    ['baton_hold_duration_seconds', 'no metric baton_hold_duration_seconds'],
    ['baton_stragglers_total{type="x"}', 'baton_stragglers_total has no label type'],
    ['sum by (event_type) (baton_stragglers_total)', 'no label event_type'],
    ['sum(1)', 'no metric in sum(1)'],
  ])('finds fault with %s', (expr, problem) => {
    expect(problemsOf(expr, described)).toContain(problem);
  });
});

describe('the dashboard', () => {
  it.each(targets)('asks only for what services have: $title, $legendFormat', ({ expr, legendFormat }) => {
    expect(problemsOf(expr, described)).toEqual([]);
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? '');
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
    expect(named.filter((label) => !grouped.includes(label))).toEqual([]);
  });

  it('takes data source, group, event type and job from variables that it declares', () => {
    const { list } = board.templating;
    const used = JSON.stringify(board.panels).matchAll(/\$\{?(?!__)(\w+)\}?/g);
    expect(new Set([...used].map(([, name]) => name))).toEqual(new Set(list.map(({ name }) => name)));
    expect(list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    for (const { definition } of list.slice(1)) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
      expect(problemsOf(`${metric}{${label}="x"}`, [...described, ofProcess])).toEqual([]);
    }
  });

  it('has a row for each concern, every panel once, and none over another', () => {
    const rows = board.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual(['Migration', 'Consumption', 'Publishing']);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const cells = board.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('shows every metric', () => {
    const all = targets.map(({ expr }) => expr).join('\n');
    expect(described.filter(({ name }) => !all.includes(name)).map(({ name }) => name)).toEqual([]);
  });
});

describe('the alerts', () => {
  it.each(alerts)('$alert asks only for what services have', ({ expr, annotations: { summary } }) => {
    expect(problemsOf(expr, described)).toEqual([]);
    const named = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? '');
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(', '));
    expect(named.filter((label) => !grouped.includes(label))).toEqual([]);
  });
});
