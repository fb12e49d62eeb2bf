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

/**
 * One sample for each fault and stream. Where the whole cluster was disturbed again, or the group was stopped on
 * purpose, before the stream went on, there is none: that time belongs to the other fault.
 */
export const recoverySamples = (
  faults: readonly FaultLine[],
  groups: readonly GroupOfPart[],
  handlings: readonly Handling[],
): readonly number[] => {
  const times = endTimes(handlings);
  const interrupting = faults.filter(({ fault }) => interruptsAll.test(fault) || fault === 'group-stopped');
  return faults
    .filter(({ fault }) => disturbing.test(fault))
    .flatMap((fault) =>
      groups.flatMap(({ group, eventTypes }) =>
        eventTypes.flatMap((eventType) => {
          const next = times.get(streamOf(group, eventType))?.find((t) => t >= fault.healed);
          const isOther = (other: FaultLine): boolean =>
            other !== fault &&
            (other.fault !== 'group-stopped' || other.target === group) &&
            other.from <= (next ?? 0) &&
            fault.healed <= other.healed;
          return next === undefined || interrupting.some(isOther) ? [] : [next - fault.healed];
        }),
      ),
    );
};

const endTimes = (handlings: readonly Handling[]): ReadonlyMap<string, readonly number[]> => {
  const times = new Map<string, number[]>();
  for (const { kind, group, topic, t } of handlings) {
    if (kind !== 'handler-ended') continue;
    const stream = streamOf(group, eventTypeOf(topic));
    const known = times.get(stream);
    if (known === undefined) times.set(stream, [t]);
    else known.push(t);
  }
  for (const list of times.values()) list.sort((a, b) => a - b);
  return times;
};

/** What interrupts the handling of events. */
const disturbing = /kill|pause|network|dropped|registry|storm|disk/;

/** What interrupts everybody. */
const interruptsAll = /^(broker-|leader-|disk-full|quiet|network)/;

export const summarize = (samples: readonly number[]): Recovery => {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { median: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
};
