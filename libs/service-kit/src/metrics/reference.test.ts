import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMetrics } from '../../test-support/describe-metrics';
import { everyMetric } from '../../test-support/every-metric';
import { withSection } from '../config/describe-settings';

const page = join(__dirname, '../../../../docs/reference/metrics.md');
const described = everyMetric().described();

/** Who has a metric, by how its name begins. */
const sections = [
  ['Publishers', 'baton_publisher_'],
  ['Outboxes', 'baton_outbox_'],
  ['Inboxes', 'baton_inbox_'],
  ['Lag', 'kafka_'],
  ['Bindings', 'baton_binding_', 'baton_version_'],
  ['Subscribers', 'baton_'],
] as const;

const sectionOf = (name: string) => sections.find(([, ...starts]) => starts.some((s) => name.startsWith(s)));

describe('the reference of metrics', () => {
  it('is as the metrics are (to write it anew, run this test with UPDATE_DOCS=1)', () => {
    const document = readFileSync(page, 'utf8');
    const fresh = sections.reduce(
      (text, section) =>
        withSection(
          text,
          describeMetrics(
            section[0],
            described.filter(({ name }) => sectionOf(name) === section),
          ),
        ),
      document,
    );
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, fresh);
    expect(readFileSync(page, 'utf8')).toBe(fresh);
  });

  it('names no metric that there is not', () => {
    const named = [...readFileSync(page, 'utf8').matchAll(/`((?:baton|kafka)_[a-z_]+)/g)].map(
      ([, name]) => name,
    );
    const known: readonly (string | undefined)[] = described.map(({ name }) => name);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('the names of metrics', () => {
  it.each(described)('$name has a base unit, and the end of its type', ({ name, type }) => {
    expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|kb|mb)(_|$)/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
  });

  it.each(described)('$name has no label whose values grow without bounds', ({ labels }) => {
    const bounded = [
      'group',
      'event_type',
      'version',
      'outcome',
      'because',
      'consumergroup',
      'topic',
      'partition',
    ];
    expect(labels.filter((label) => !bounded.includes(label))).toEqual([]);
  });
});
