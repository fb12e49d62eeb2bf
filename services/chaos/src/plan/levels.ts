export const levels = ['pr', 'night', 'release'] as const;
export type Level = (typeof levels)[number];

/** How many of each fault a level makes. The first part is the promise of the project; the rest goes with it. */
export const table = {
  'broker-kill': { pr: 3, night: 50, release: 300 },
  'leader-kill': { pr: 0, night: 20, release: 100 },
  'consumer-kill': { pr: 10, night: 150, release: 500 },
  'publisher-kill': { pr: 12, night: 120, release: 600 },
  'script-kill': { pr: 10, night: 50, release: 200 },
  'consumer-pause': { pr: 2, night: 30, release: 100 },
  'publisher-pause': { pr: 1, night: 20, release: 60 },
  'broker-pause': { pr: 1, night: 20, release: 60 },
  network: { pr: 4, night: 60, release: 300 },
  'dropped-response': { pr: 6, night: 60, release: 240 },
  'bind-stopped': { pr: 20, night: 200, release: 1_000 },
  'bind-live': { pr: 10, night: 200, release: 1_000 },
  'bind-back': { pr: 5, night: 50, release: 200 },
  clock: { pr: 20, night: 200, release: 1_000 },
  'aborted-transaction': { pr: 50, night: 500, release: 5_000 },
  'hanging-transaction': { pr: 3, night: 20, release: 100 },
  'malformed-payload': { pr: 2_000, night: 200_000, release: 5_000_000 },
  'malformed-headers': { pr: 1_000, night: 100_000, release: 1_000_000 },
  'registry-outage': { pr: 2, night: 27, release: 134 },
  'rebalance-storm': { pr: 2, night: 27, release: 134 },
  'relay-kill': { pr: 6, night: 80, release: 300 },
  'relay-pause': { pr: 2, night: 30, release: 100 },
  'inbox-kill': { pr: 6, night: 80, release: 300 },
  'inbox-pause': { pr: 2, night: 30, release: 100 },
  'database-kill': { pr: 2, night: 30, release: 100 },
  'disk-full': { pr: 1, night: 4, release: 10 },
  'topic-accident': { pr: 3, night: 12, release: 60 },
} as const satisfies Record<string, Readonly<Record<Level, number>>>;

export type Fault = keyof typeof table;
export const faults = Object.keys(table) as readonly Fault[];

/** How many of each fault are wanted. */
export type Counts = Readonly<Record<Fault, number>>;

/** The column of a level; with `only`, the binds that everything happens around and that fault alone. */
export const countsOf = (level: Level, only?: Fault): Counts =>
  Object.fromEntries(
    faults.map((fault) => [fault, only === undefined || only === fault ? table[fault][level] : 0]),
  ) as Record<Fault, number>;

/** The share of one of `parts` parts; all shares together are `total`. */
export const shareOf = (total: number, part: number, parts: number): number =>
  Math.floor((total * part) / parts) - Math.floor((total * (part - 1)) / parts);

/** Every part has fresh event types, and a stream moves forward once: so many moves forward fit into one part. */
const forwardsInPart = 15;

/** How many parts with one broker a level has, and how many with three. */
export const partsOf = (counts: Counts): { readonly one: number; readonly three: number } => ({
  one: Math.max(1, Math.ceil((counts['bind-stopped'] + counts['bind-live']) / forwardsInPart)),
  three: Math.ceil(counts['leader-kill'] / 10),
});
