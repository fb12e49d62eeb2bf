import { eventTypeOf, type Handling } from './check-handlings';
import { streamOf } from './timelines';
import type { FaultLine, GroupOfPart } from './types';

/** How long after the healing of a fault every stream handled an event again. */
export interface Recovery {
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** One sample for each fault and stream; streams whose group was stopped at the time on purpose are left out. */
export const recoverySamples = (
  faults: readonly FaultLine[],
  groups: readonly GroupOfPart[],
  handlings: readonly Handling[],
): readonly number[] => {
  const times = new Map<string, number[]>();
  for (const { kind, group, topic, t } of handlings) {
    if (kind !== 'handler-ended') continue;
    const stream = streamOf(group, eventTypeOf(topic));
    const known = times.get(stream);
    if (known === undefined) times.set(stream, [t]);
    else known.push(t);
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  const stopped = faults.filter(({ fault }) => fault === 'group-stopped');
  return faults
    .filter(({ fault }) => disturbing.test(fault))
    .flatMap(({ healed }) =>
      groups.flatMap(({ group, eventTypes }) => {
        if (stopped.some((one) => one.target === group && one.from <= healed && healed <= one.healed))
          return [];
        return eventTypes.flatMap((eventType) => {
          const next = times.get(streamOf(group, eventType))?.find((t) => t >= healed);
          return next === undefined ? [] : [next - healed];
        });
      }),
    );
};

/** What interrupts the handling of events. */
const disturbing = /kill|pause|network|dropped|registry|storm|disk/;

export const summarize = (samples: readonly number[]): Recovery => {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { median: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
};
