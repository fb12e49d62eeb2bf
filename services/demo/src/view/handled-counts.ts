/** Events handled so far, by version. */
export type HandledCounts = Readonly<Record<string, number>>;

/** Reads the events handled by version from the metrics of a subscriber. */
export const handledIn = (metrics: string): HandledCounts => {
  const counts: Record<string, number> = {};
  for (const line of metrics.split('\n')) {
    const match = /^baton_decisions_total\{[^}]*version="(\d+)",outcome="processed"\} (\d+)/.exec(line);
    const [, version, value] = match ?? [];
    if (version !== undefined) counts[version] = (counts[version] ?? 0) + Number(value);
  }
  return counts;
};

/** Adds up counts that start again at zero whenever their process does. */
export interface RunningTotal {
  /** The newest counts of one process: an instance at one address. */
  update(process: string, counts: HandledCounts): void;
  total(): HandledCounts;
}

/** Keeps the newest counts of every process there was. */
export const createRunningTotal = (): RunningTotal => {
  const newest = new Map<string, HandledCounts>();
  return {
    update: (process, counts) => void newest.set(process, counts),
    total: () => {
      const sum: Record<string, number> = {};
      for (const [version, count] of [...newest.values()].flatMap(Object.entries<number>)) {
        sum[version] = (sum[version] ?? 0) + count;
      }
      return sum;
    },
  };
};
