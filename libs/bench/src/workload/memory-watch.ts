import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds at one moment, in bytes. */
export interface MemorySample {
  readonly atMs: number;
  readonly rss: number;
  /** What survives a full collection: heap and buffers. */
  readonly live: number;
}

/** Looks at the memory of this process at intervals, each time after a full collection. */
export const watchMemory = (everyMs: number): { readonly stop: () => readonly MemorySample[] } => {
  const collect = collector();
  const began = performance.now();
  const samples: MemorySample[] = [];
  const look = (): void => {
    // before the collection: the highest that the process came to
    const { rss } = process.memoryUsage();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    samples.push({ atMs: performance.now() - began, rss, live: heapUsed + external });
  };
  const timer = setInterval(look, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return samples;
    },
  };
};

const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return typeof gc === 'function' ? () => gc() : () => {};
};

const megabyte = 1_048_576;

export interface MemoryFigures {
  /** Megabytes. */
  readonly peakRss: number;
  readonly peakLive: number;
  /** Megabytes a minute that what is held grows by. */
  readonly growth: number;
}

/** The highest figures, and how fast what is held grows once the first third is over: the slope of a straight line. */
export const memoryFigures = (samples: readonly MemorySample[]): MemoryFigures => {
  const end = samples.at(-1)?.atMs ?? 0;
  const settled = samples.filter(({ atMs }) => atMs >= end / 3);
  return {
    peakRss: Math.max(...samples.map(({ rss }) => rss)) / megabyte,
    peakLive: Math.max(...samples.map(({ live }) => live)) / megabyte,
    growth: (slope(settled.map(({ atMs, live }) => [atMs, live])) * 60_000) / megabyte,
  };
};

/** Of the line with the least squared distance to the points; 0 if there are fewer than two. */
export const slope = (points: readonly (readonly [x: number, y: number])[]): number => {
  const meanOf = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [meanOf(points.map(([at]) => at)), meanOf(points.map(([, value]) => value))];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 || points.length < 2
    ? 0
    : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
};
