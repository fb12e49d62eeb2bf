import type { History, HistoryEntry, HistorySetting } from '../../history';
import { ControlReader } from './control-reader';
import { GroupReader } from './group-reader';
import { LogReader } from './log-reader';
import type { Facts } from './types';
import { viewsOf } from './views';

/** Reads a history once, from its first happening to its last; every property is judged on what comes out. */
export const readFacts = (history: History, setting: HistorySetting): Facts => {
  const log = new LogReader();
  const control = new ControlReader();
  const groups = new GroupReader(log, setting.leaseMs, () => control.entries.length);
  const readers = { log, control, groups };
  let faultsOver: Facts['faultsOver'];
  let ended: Facts['ended'];
  let resetAt: Facts['resetAt'];
  for (const entry of history) {
    if (entry.kind === 'faults-over') faultsOver = entry;
    else if (entry.kind === 'ended') ended = entry;
    else read(readers, entry);
    if (entry.kind === 'disturbed' && entry.what === 'reset') resetAt = entry.at;
  }
  const { lanes, events, calls, rows, clocksSet } = log;
  const { memberships, attempts, phantoms } = groups;
  const { fold, entries, periods, timelines, verdicts } = control;
  const views = viewsOf(setting, { log, groups, control });
  return {
    lanes,
    events,
    calls,
    rows,
    clocksSet,
    phantoms,
    memberships,
    attempts,
    views,
    fold,
    entries,
    periods,
    timelines,
    verdicts,
    faultsOver,
    resetAt,
    ended,
  };
};

interface Readers {
  readonly log: LogReader;
  readonly control: ControlReader;
  readonly groups: GroupReader;
}

const read = (readers: Readers, entry: HistoryEntry): void => {
  const { log, groups, control } = readers;
  switch (entry.kind) {
    case 'publish-called':
      log.called(entry);
      break;
    case 'publish-ended':
      log.callEnded(entry);
      break;
    case 'row-settled':
      log.rowSettled(entry);
      break;
    case 'record-stored':
      log.stored(entry);
      break;
    case 'published-again':
      log.publishedAgain(entry);
      break;
    case 'transaction-ended':
      log.transactionEnded(entry);
      break;
    case 'producer-connected':
      log.connected(entry);
      break;
    case 'retention':
      log.retained(entry);
      break;
    case 'disturbed':
      log.disturbed(entry);
      groups.disturbed(entry);
      control.disturbed(entry);
      break;
    case 'entry-stored':
      control.stored(entry);
      break;
    case 'entry-delivered':
      control.delivered(entry);
      break;
    case 'timeline-seen':
      control.seen(entry);
      break;
    case 'verdict-given':
      control.verdict(entry);
      break;
    default:
      readGroup(groups, entry);
  }
};

const readGroup = (groups: GroupReader, entry: HistoryEntry): void => {
  switch (entry.kind) {
    case 'joined':
      groups.joined(entry);
      break;
    case 'log-read':
      groups.logRead(entry);
      break;
    case 'heartbeat-confirmed':
      groups.heartbeat(entry);
      break;
    case 'position':
      groups.moved(entry);
      break;
    case 'handler-began':
      groups.began(entry);
      break;
    case 'handler-ended':
    case 'handler-failed':
      groups.handled(entry);
      break;
    case 'effect-committed':
      groups.tookEffect(entry);
      break;
    case 'offset-committed':
      groups.committed(entry);
      break;
    case 'offsets-expired':
      groups.expired(entry);
      break;
  }
};
