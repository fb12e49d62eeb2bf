import type { History, HistoryEntry, HistorySetting, Violation } from '../history';

/** What a violation is about, as far as its steps and its text say. */
export interface Concern {
  readonly ids: ReadonlySet<string>;
  readonly calls: ReadonlySet<number>;
  readonly groups: ReadonlySet<string>;
  readonly processes: ReadonlySet<string>;
  /** Where the records of its events lie: `topic[partition]`, and the offsets there. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly producers: ReadonlySet<string>;
}

/** Gathers events, places, groups and processes from the steps that show a violation. */
export const concernOf = (
  history: History,
  { steps, text }: Violation,
  { groups: known }: HistorySetting,
): Concern => {
  const shown = new Set(steps);
  const [ids, calls, processes] = [new Set<string>(), new Set<number>(), new Set<string>()];
  const groups = new Set(known.map(({ group }) => group).filter((group) => text.includes(group)));
  for (const entry of history) {
    if (!shown.has(entry.step)) continue;
    const id = idOf(entry);
    if (id !== undefined) ids.add(id);
    if ('group' in entry && entry.group !== undefined) groups.add(entry.group);
    if ('process' in entry && entry.process !== undefined) processes.add(entry.process);
  }
  const { places, producers } = recordsOf(history, ids, calls);
  return { ids, calls, groups, processes, places, producers };
};

/** The id of the event that a happening is about; `undefined` if it is about none. */
export const idOf = (entry: HistoryEntry): string | undefined => {
  if (entry.kind === 'record-stored') return entry.headers.ce_id;
  return 'id' in entry && typeof entry.id === 'string' ? entry.id : undefined;
};

export const laneOf = ({
  topic,
  partition,
}: {
  readonly topic: string;
  readonly partition: number;
}): string => `${topic}[${partition}]`;

const recordsOf = (
  history: History,
  ids: ReadonlySet<string>,
  calls: Set<number>,
): Pick<Concern, 'places' | 'producers'> => {
  const places = new Map<string, number[]>();
  const producers = new Set<string>();
  for (const entry of history) {
    if (entry.kind !== 'record-stored' || !ids.has(entry.headers.ce_id ?? '')) continue;
    places.set(laneOf(entry), [...(places.get(laneOf(entry)) ?? []), entry.offset]);
    if (entry.call !== undefined) calls.add(entry.call);
    if (entry.transactionOf !== undefined) producers.add(entry.transactionOf);
  }
  return { places, producers };
};
