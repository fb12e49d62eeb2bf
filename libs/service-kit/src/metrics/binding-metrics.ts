import { beginningOfTime, lastSegment } from '@baton/core';
import type { BindingSource, GroupBindings } from '@baton/messaging';
import type { Metrics, Sample } from './metrics';

export interface MeasuredBindings {
  readonly group: string;
  readonly eventTypes: readonly string[];
  readonly bindings: Pick<BindingSource, 'of'>;
}

/** Measures which versions count for a group, as this member knows it. */
export const measureBindings = (
  metrics: Metrics,
  { group, eventTypes, bindings }: MeasuredBindings,
): void => {
  const samples = (valuesOf: (known: GroupBindings) => readonly Sample[]) =>
    eventTypes.flatMap((eventType) =>
      valuesOf(bindings.of(eventType)).map(({ value, labels }) => ({
        value,
        labels: { group, event_type: eventType, ...labels },
      })),
    );
  metrics.gauge('baton_binding_version', {
    help: 'The version of the newest binding of the group.',
    labels: ['group', 'event_type'],
    read: () =>
      samples(({ timeline }) => (timeline === undefined ? [] : [{ value: lastSegment(timeline).version }])),
  });
  metrics.gauge('baton_binding_since_timestamp_seconds', {
    help: 'Since when the newest binding counts, in seconds since 1970; missing for a group that was never bound.',
    labels: ['group', 'event_type'],
    read: () =>
      samples(({ timeline }) => {
        const since = timeline === undefined ? beginningOfTime : lastSegment(timeline).since;
        return since === beginningOfTime ? [] : [{ value: since / 1_000 }];
      }),
  });
  metrics.gauge('baton_binding_proposed', {
    help: '1 while a binding is proposed and not decided: events from its instant on wait.',
    labels: ['group', 'event_type'],
    read: () => samples(({ proposal }) => [{ value: proposal === undefined ? 0 : 1 }]),
  });
  metrics.gauge('baton_version_deadline_timestamp_seconds', {
    help: 'Until when a deprecated version is published at least, in seconds since 1970.',
    labels: ['group', 'event_type', 'version'],
    read: () =>
      samples(({ deprecated = new Map() }) =>
        [...deprecated].map(([version, { deadline }]) => ({
          value: deadline / 1_000,
          labels: { version: String(version) },
        })),
      ),
  });
};
