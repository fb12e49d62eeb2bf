import { defaultTimeline, version } from '@baton/core';
import type { ConsumerHealth, GroupBindings } from '@baton/messaging';
import { everyMetric, someWork } from '../../test-support/every-metric';

const linesOf = async (work: ReturnType<typeof someWork>) => (await everyMetric(work).text()).split('\n');

describe('metrics', () => {
  it('show what was counted, as it is when asked', async () => {
    const work = someWork();
    const metrics = everyMetric(work);
    await metrics.text();
    work.consumer = { ...work.consumer, stragglers: 2 };
    const borrowed = 'group="reminders",event_type="lending.BooksBorrowed"';
    expect((await metrics.text()).split('\n')).toEqual(
      expect.arrayContaining([
        `baton_decisions_total{${borrowed},version="1",outcome="processed"} 5`,
        `baton_decisions_total{${borrowed},version="2",outcome="skipped"} 3`,
        `baton_decisions_total{${borrowed},version="1",outcome="parked"} 6`,
        'baton_stragglers_total{group="reminders"} 2',
        'baton_partitions_held{group="reminders"} 1',
        'baton_events_blocked{group="reminders"} 0',
        'baton_dead_letters_total{group="reminders",because="failed"} 6',
        'baton_dead_letters_open{group="reminders",partition="0"} 6',
        `baton_binding_version{${borrowed}} 2`,
        `baton_binding_since_timestamp_seconds{${borrowed}} 1.5`,
        `baton_version_deadline_timestamp_seconds{${borrowed},version="1"} 60`,
        'baton_publisher_events_total 9',
        'baton_publisher_transactions_total{outcome="committed"} 8',
        'baton_publisher_transactions_total{outcome="unknown"} 1',
        'baton_publisher_pending_events 6',
        'baton_outbox_transactions_total{outcome="committed"} 4',
        'baton_outbox_lag_seconds 2.5',
        'baton_inbox_repeated_total 2',
      ]),
    );
  });

  it('show durations as histograms whose classes add up', async () => {
    const labels = 'group="reminders",event_type="lending.BooksBorrowed"';
    expect(await linesOf(someWork())).toEqual(
      expect.arrayContaining([
        '# TYPE baton_hold_duration_seconds histogram',
        `baton_hold_duration_seconds_bucket{le="0.1",${labels}} 3`,
        `baton_hold_duration_seconds_bucket{le="1",${labels}} 5`,
        `baton_hold_duration_seconds_bucket{le="+Inf",${labels}} 6`,
        `baton_hold_duration_seconds_sum{${labels}} 4.5`,
        `baton_hold_duration_seconds_count{${labels}} 6`,
      ]),
    );
  });

  it('show how far a group is behind the ends of the logs', async () => {
    const v1 = 'consumergroup="reminders",topic="lending.BooksBorrowed.v1"';
    expect(await linesOf(someWork())).toEqual(
      expect.arrayContaining([
        `kafka_consumergroup_lag{${v1},partition="0"} 2`,
        `kafka_consumergroup_lag{${v1},partition="2"} 0`,
        `kafka_consumergroup_current_offset{${v1},partition="0"} 40`,
      ]),
    );
  });

  it('leave out the lag, and nothing else, while the broker does not answer', async () => {
    const work = someWork();
    work.end = () => Promise.reject(new Error('no broker'));
    const lines = await linesOf(work);
    expect(lines.filter((line) => line.startsWith('kafka_consumergroup_lag'))).toEqual([]);
    expect(lines).toContain('baton_publisher_events_total 9');
  });

  it('leave out the instant of a group that was never bound, and count what is blocked', async () => {
    const work = someWork();
    const blocked = { topic: 't', partition: 0, offset: 1, attempts: 3, code: 'x', because: 'y' };
    work.bindings = { timeline: defaultTimeline(version(1)), proposal: undefined } satisfies GroupBindings;
    work.health = { kind: 'blocked', on: [blocked] } satisfies ConsumerHealth;
    const lines = await linesOf(work);
    expect(lines.filter((line) => line.startsWith('baton_binding_since'))).toEqual([]);
    expect(lines).toContain('baton_events_blocked{group="reminders"} 1');
  });
});
