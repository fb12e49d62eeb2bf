import { formatInstant, type Instant } from '@baton/core';

/** Ends of a topic's partitions, read at a broker time. */
export interface EndReading {
  readonly at: number;
  readonly offsets: readonly number[];
}

/** What was read of one version topic, for one group. */
export interface TopicReadings {
  /** Committed offsets by partition, `undefined` where nothing is committed; left out if nobody could read them. */
  readonly committed?: { readonly at: number; readonly offsets: readonly (number | undefined)[] };
  /** Ends read at any time, oldest first: those read after the cut prove what was visible at it. */
  readonly ends: readonly EndReading[];
  /** The first offsets of records stamped at or after cut + margin, else the ends, read at `at`. */
  readonly firstAfterCut?: {
    readonly cut: Instant;
    readonly at: number;
    readonly offsets: readonly number[];
  };
}

export type Drained = 'yes' | 'no' | 'unknown';

/** Why a partition is drained, or not, or not known to be; `ageMs` is how old the older of the two readings is. */
export interface DrainEvidence {
  readonly partition: number;
  readonly drained: Drained;
  readonly because: string;
  readonly committed: number | undefined;
  /** Everything visible at the cut lies below this offset. */
  readonly bound: number | undefined;
  readonly boundFrom: 'end' | 'first-after-cut' | undefined;
  readonly ageMs: number | undefined;
}

/**
 * Whether a group has committed everything of an older version that was visible at the cut. An offset lies at or
 * above all of that if it was the end of the log at some moment after the cut, or if its record is stamped later
 * than the cut by the margin: brokers refuse such a stamp before the cut, and a log is appended in order. So twins
 * that go on flowing do not matter. One missing offset makes it `unknown`.
 */
export const drainOf = (
  readings: TopicReadings,
  { cut, brokerTime, marginMs }: { cut: Instant; brokerTime: number; marginMs: number },
): readonly DrainEvidence[] => {
  const partitions = Math.max(
    0,
    ...readings.ends.map(({ offsets }) => offsets.length),
    readings.firstAfterCut?.offsets.length ?? 0,
    readings.committed?.offsets.length ?? 0,
  );
  const settled = cut + marginMs;
  return Array.from({ length: partitions }, (_, partition) =>
    brokerTime < settled
      ? cutAhead(partition, cut, readings)
      : drainOfPartition(partition, readings, { cut, brokerTime, settled }),
  );
};

const cutAhead = (partition: number, cut: Instant, { committed }: TopicReadings): DrainEvidence => ({
  partition,
  drained: 'no',
  because: `the cut at ${formatInstant(cut)} is not over`,
  committed: committed?.offsets[partition],
  bound: undefined,
  boundFrom: undefined,
  ageMs: undefined,
});

const drainOfPartition = (
  partition: number,
  readings: TopicReadings,
  { cut, brokerTime, settled }: { cut: Instant; brokerTime: number; settled: number },
): DrainEvidence => {
  const committed = readings.committed?.offsets[partition];
  const lowest = lowestBound(partition, readings, { cut, settled });
  const ages = [readings.committed?.at, lowest?.at].flatMap((at) =>
    at === undefined ? [] : [brokerTime - at],
  );
  return {
    partition,
    ...verdictOf(committed, lowest?.offset),
    committed,
    bound: lowest?.offset,
    boundFrom: lowest?.from,
    ageMs: ages.length === 0 ? undefined : Math.max(...ages),
  };
};

const verdictOf = (
  committed: number | undefined,
  bound: number | undefined,
): Pick<DrainEvidence, 'drained' | 'because'> => {
  if (committed === undefined) return { drained: 'unknown', because: 'no committed offset is known' };
  if (bound === undefined) return { drained: 'unknown', because: 'no end read after the cut is known' };
  return committed >= bound
    ? {
        drained: 'yes',
        because: `committed ${committed}, all that was visible at the cut lies below ${bound}`,
      }
    : { drained: 'no', because: `committed ${committed}, what was visible at the cut may reach to ${bound}` };
};

interface Bound {
  readonly offset: number;
  readonly at: number;
  readonly from: 'end' | 'first-after-cut';
}

const lowestBound = (
  partition: number,
  { ends, firstAfterCut }: TopicReadings,
  { cut, settled }: { cut: Instant; settled: number },
): Bound | undefined => {
  const bounds: Bound[] = ends
    .filter(({ at }) => at >= settled)
    .flatMap(({ at, offsets }) => boundAt(offsets[partition], at, 'end'));
  if (firstAfterCut !== undefined && firstAfterCut.cut === cut && firstAfterCut.at >= settled) {
    bounds.push(...boundAt(firstAfterCut.offsets[partition], firstAfterCut.at, 'first-after-cut'));
  }
  return bounds.reduce<Bound | undefined>(
    (lowest, bound) => (lowest === undefined || bound.offset < lowest.offset ? bound : lowest),
    undefined,
  );
};

const boundAt = (offset: number | undefined, at: number, from: Bound['from']): readonly Bound[] =>
  offset === undefined ? [] : [{ offset, at, from }];
