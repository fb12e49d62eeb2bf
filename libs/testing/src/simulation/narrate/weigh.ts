import type { HistoryEntry } from '../history';
import { type Concern, idOf, laneOf } from './concern';

/** How much a happening says about a concern: 1 much, 3 little; `undefined` nothing. */
export type Weight = 1 | 2 | 3;

/** Weighs one happening after the other, in order. */
export const createWeigher = (concern: Concern): ((entry: HistoryEntry) => Weight | undefined) => {
  const ended = new Set<string>();
  const passed = new Set<string>();
  return (entry) => {
    switch (entry.kind) {
      case 'publish-called':
      case 'publish-ended':
        return concern.calls.has(entry.call) ? 1 : undefined;
      case 'record-stored':
      case 'handler-began':
      case 'handler-ended':
      case 'handler-failed':
        return concern.ids.has(idOf(entry) ?? '') ? 1 : undefined;
      case 'transaction-ended':
        return endsOwn(concern, entry, ended) ? 1 : undefined;
      case 'position':
      case 'offset-committed':
        return passesOwn(concern, entry, passed) ? 2 : undefined;
      case 'retention':
        return concern.places.has(laneOf(entry)) ? 2 : undefined;
      case 'joined':
      case 'offsets-expired':
      case 'timeline-seen':
        return concern.groups.has(entry.group) ? 2 : undefined;
      default:
        return weighRest(concern, entry);
    }
  };
};

const weighRest = (concern: Concern, entry: HistoryEntry): Weight | undefined => {
  switch (entry.kind) {
    case 'entry-stored':
      return weighEntry(concern, entry.value);
    case 'disturbed':
      return entry.process === undefined || isNear(concern, entry.process) ? 2 : 3;
    case 'log-read':
      return concern.processes.has(entry.process) ? 3 : undefined;
    case 'end-read':
      return concern.processes.has(entry.process) && concern.places.has(laneOf(entry)) ? 3 : undefined;
    case 'verdict-given':
    case 'script-ended':
    case 'faults-over':
      return 3;
    case 'ended':
      return entry.pending.length > 0 ? 2 : 3;
    default:
      return undefined;
  }
};

/** Bindings tell why a version counted; the rest of the log is background. */
const weighEntry = ({ groups }: Concern, value: unknown): Weight | undefined => {
  const { kind, group } = (value ?? {}) as { readonly kind?: unknown; readonly group?: unknown };
  if (typeof kind !== 'string' || (typeof group === 'string' && !groups.has(group))) return undefined;
  if (kind === 'binding-proposed' || kind === 'binding-confirmed') return 1;
  return kind.startsWith('binding-') || kind === 'group-registered' ? 2 : 3;
};

const isNear = ({ processes, groups }: Concern, process: string): boolean =>
  processes.has(process) || [...groups].some((group) => process.startsWith(group));

/** The first marker behind a record decides it; later ones end other transactions. */
const endsOwn = (
  { places, producers }: Concern,
  { producer, markers }: Extract<HistoryEntry, { kind: 'transaction-ended' }>,
  ended: Set<string>,
): boolean => {
  if (!producers.has(producer)) return false;
  let own = false;
  for (const marker of markers) {
    for (const offset of places.get(laneOf(marker)) ?? []) {
      const record = `${laneOf(marker)}@${offset} ${producer}`;
      if (offset > marker.offset || ended.has(record)) continue;
      ended.add(record);
      own = true;
    }
  }
  return own;
};

/** The first time that a member passes or commits past a record. */
const passesOwn = (
  { places }: Concern,
  entry: Extract<HistoryEntry, { kind: 'position' | 'offset-committed' }>,
  passed: Set<string>,
): boolean => {
  const end = entry.kind === 'position' ? entry.next : entry.offset;
  let own = false;
  for (const offset of places.get(laneOf(entry)) ?? []) {
    const what = `${entry.kind} ${entry.group} ${entry.process} ${entry.generation} ${laneOf(entry)}@${offset}`;
    if (end <= offset || (entry.kind === 'position' && entry.from > offset) || passed.has(what)) continue;
    passed.add(what);
    own = true;
  }
  return own;
};
