import type { Clock } from '@baton/messaging';
import type { BindFacts } from '../evidence/bind-facts';
import { type FactSources, readBindFacts } from '../evidence/read-facts';
import { type Signature, sign, type UnsignedEntry } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';
import { type GroupState, groupState, type JudgedEntry } from '../log/state';
import type { BindRequest } from './bind-request';
import { type BrokerClock, createBrokerClock } from './broker-clock';
import { type BindDecision, instantOf } from './decide-bind';
import { type BindTimings, checkTimings, defaultBindTimings } from './timings';

export interface BindGroupDeps extends FactSources {
  readonly follower: ControlFollower;
  readonly clock: Clock;
  /** Draws the id of a proposal; never the same twice. */
  readonly newId: () => string;
}

export interface BindOptions extends Signature {
  /** Every version of the event type whose topic may exist. */
  readonly versions: readonly BindRequest['version'][];
  readonly timings?: BindTimings;
  /** How often to propose before giving up. */
  readonly attempts?: number;
  /** How often to look whether members left (milliseconds). */
  readonly pollMs?: number;
  /** Decide only; nothing is appended. */
  readonly dryRun?: boolean;
  readonly progress?: (step: BindProgress) => void;
}

/** What the procedure does at the moment. */
export type BindProgress =
  | { readonly kind: 'decided'; readonly decision: BindDecision }
  | { readonly kind: 'appended'; readonly entry: UnsignedEntry; readonly at: number }
  /** Members listed have not answered yet; `until` (broker time) the proposal can be confirmed. */
  | { readonly kind: 'waiting'; readonly silent: readonly string[]; readonly until: number };

/** One run of the procedure: what its steps share. */
export interface BindRun {
  readonly deps: BindGroupDeps;
  readonly request: BindRequest;
  readonly options: BindOptions;
  readonly brokerClock: BrokerClock;
  state(): GroupState;
  facts(): Promise<BindFacts>;
  /** Appends, and reads back what the fold made of it. */
  append(entry: UnsignedEntry): Promise<JudgedEntry['verdict']>;
}

/** Sets up a run. */
export const startBindRun = (deps: BindGroupDeps, request: BindRequest, options: BindOptions): BindRun => {
  const timings = checkTimings(options.timings ?? defaultBindTimings);
  const brokerClock = createBrokerClock(deps.clock);
  const state = (): GroupState => groupState(deps.follower.state(), request.group, request.eventType);
  return {
    deps,
    request,
    options,
    brokerClock,
    state,
    facts: () => {
      const { at: brokerTime, from: brokerTimeFrom } = brokerClock.now();
      const since = instantOf(state(), request, { brokerTime, timings });
      const question = { ...request, versions: options.versions, since };
      return readBindFacts(deps, question, { brokerTime, brokerTimeFrom, timings });
    },
    append: async (entry) => {
      const { offset, at } = await deps.follower.append(sign(entry, options));
      brokerClock.heard(at);
      options.progress?.({ kind: 'appended', entry, at });
      await deps.follower.catchUp();
      const judged = state().history.find((one) => one.offset === offset);
      return judged?.verdict ?? { kind: 'void', because: 'the log does not have it' };
    },
  };
};
