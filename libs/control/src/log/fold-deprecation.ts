import type { LoggedEntry } from '../ports/log';
import { deprecationEntries } from './deprecation-entries';
import { eventTypeState } from './deprecation-state';
import type { ControlEntry, EntryOf } from './entries';
import {
  type DeprecationJudgement,
  judgeAllowed,
  judgeAnnounced,
  judgeDeadlineMoved,
  judgeVetoed,
  judgeVetoWithdrawn,
} from './judge-deprecation';
import {
  judgeDropped,
  judgeFinal,
  judgeRetiring,
  judgeRetiringAcknowledged,
  judgeRetiringWithdrawn,
  judgeWritesRefused,
} from './judge-retirement';
import type { ControlState, JudgedEntry } from './state';
import { withEntry } from './table';

type DeprecationKind = (typeof deprecationEntries)[number]['shape']['kind']['value'];

/** An entry about a deprecated version, not about the bindings of a group. */
export type DeprecationEntry = EntryOf<DeprecationKind>;

const kinds: ReadonlySet<string> = new Set(deprecationEntries.map(({ shape }) => shape.kind.value));

export const isDeprecationEntry = (entry: ControlEntry): entry is DeprecationEntry => kinds.has(entry.kind);

/** Adds an entry to what the log says of its event type; the timelines of the groups stay as they are. */
export const applyToEventType = (
  state: ControlState,
  { offset, at, unsealed }: LoggedEntry,
  entry: DeprecationEntry,
): ControlState => {
  const own = eventTypeState(state, entry.eventType);
  const judgement =
    unsealed === undefined ? judge(state, entry, at) : ({ kind: 'void', because: unsealed } as const);
  const verdict: JudgedEntry['verdict'] =
    judgement.kind === 'void' ? { kind: 'void', because: judgement.because } : { kind: 'valid' };
  const next = judgement.kind === 'void' ? own : judgement.next;
  return {
    ...state,
    voids: state.voids + (judgement.kind === 'void' ? 1 : 0),
    eventTypes: withEntry(state.eventTypes, entry.eventType, {
      ...next,
      history: [...own.history, { offset, at, entry, verdict }],
    }),
  };
};

const judge = (control: ControlState, entry: DeprecationEntry, at: number): DeprecationJudgement => {
  const state = eventTypeState(control, entry.eventType);
  const groups = [...control.groups.values()].filter(({ eventType }) => eventType === entry.eventType);
  switch (entry.kind) {
    case 'announced':
      return judgeAnnounced(state, entry, at);
    case 'deadline-moved':
      return judgeDeadlineMoved(state, entry);
    case 'vetoed':
      return judgeVetoed(state, entry, at);
    case 'veto-withdrawn':
      return judgeVetoWithdrawn(state, entry, at);
    case 'deprecated-allowed':
      return judgeAllowed(state, entry, at);
    case 'retiring':
      return judgeRetiring(state, entry, { at, groups });
    case 'retiring-acknowledged':
      return judgeRetiringAcknowledged(state, entry, at);
    case 'retiring-withdrawn':
      return judgeRetiringWithdrawn(state, entry);
    case 'writes-refused':
      return judgeWritesRefused(state, entry, at);
    case 'final':
      return judgeFinal(state, entry, at);
    case 'dropped':
      return judgeDropped(state, entry, { at, groups });
  }
};
