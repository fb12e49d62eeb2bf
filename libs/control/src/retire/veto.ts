import type { Version } from '@baton/core';
import type { Clock } from '@baton/messaging';
import {
  type Deprecation,
  deprecationOf,
  type EventTypeState,
  eventTypeState,
  vetoesAt,
} from '../log/deprecation-state';
import type { Signature } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';
import { date } from '../verdict/verdict';
import { appendJudged } from './append';
import type { RefusalReason } from './reasons';

export interface VetoRequest {
  readonly eventType: string;
  /** Left out: the one version that is deprecated and not retiring. */
  readonly version?: Version;
  readonly group: string;
  /** Milliseconds since 1970; left out: the veto is taken back. */
  readonly until?: number;
}

export type VetoDecision =
  | { readonly kind: 'veto'; readonly version: Version; readonly until: number }
  | { readonly kind: 'withdraw'; readonly version: Version }
  | { readonly kind: 'unchanged'; readonly version: Version }
  | { readonly kind: 'refuse'; readonly because: readonly RefusalReason[] };

/** Decides an objection, or its end. Pure. */
export const decideVeto = (state: EventTypeState, request: VetoRequest, brokerTime: number): VetoDecision => {
  const deprecation = concerned(state, request);
  if (!('phase' in deprecation)) return { kind: 'refuse', because: [deprecation] };
  const { version, vetoUntil } = deprecation;
  const own = vetoesAt(deprecation, brokerTime).find(({ group }) => group === request.group);
  const { until } = request;
  if (until === undefined) return { kind: own === undefined ? 'unchanged' : 'withdraw', version };
  if (own?.until === until) return { kind: 'unchanged', version };
  const reason: RefusalReason | undefined =
    until <= brokerTime
      ? {
          code: 'veto-over',
          text: `Expected a veto that ends after ${date(brokerTime)}, got ${date(until)}.`,
        }
      : vetoUntil !== undefined && brokerTime >= vetoUntil
        ? {
            code: 'veto-too-late',
            text: `Vetoes against the end of v${version} were possible until ${date(vetoUntil)}. Ask its owner for a later deadline.`,
          }
        : undefined;
  return reason === undefined ? { kind: 'veto', version, until } : { kind: 'refuse', because: [reason] };
};

const concerned = (
  { deprecations, eventType }: EventTypeState,
  { version }: VetoRequest,
): Deprecation | RefusalReason => {
  const all = [...deprecations.values()].filter((one) => version === undefined || one.version === version);
  const open = all.filter(({ phase }) => phase.kind === 'deprecated');
  const [only] = open;
  if (only !== undefined && open.length === 1) return only;
  if (open.length > 1) {
    const names = open.map((one) => `v${one.version}`).join(', ');
    return {
      code: 'version-ambiguous',
      text: `${names} of ${eventType} are deprecated. Name one: --version.`,
    };
  }
  return all.length === 0
    ? {
        code: 'not-announced',
        text: `Nobody announced that ${version === undefined ? 'a version' : `v${version}`} of ${eventType} goes away. There is nothing to object to.`,
      }
    : {
        code: 'version-retiring',
        text: `${all.map((one) => `v${one.version} is ${one.phase.kind}`).join(', ')}: it is too late for a veto.`,
      };
};

export interface VetoResult {
  readonly kind: 'vetoed' | 'veto-withdrawn' | 'unchanged' | 'refused' | 'planned';
  readonly decision: VetoDecision;
  readonly because: readonly RefusalReason[];
  readonly deprecation: Deprecation | undefined;
}

export interface VetoDeps {
  readonly follower: ControlFollower;
  readonly clock: Clock;
}

type VetoOptions = Signature & { readonly dryRun?: boolean };

/** Objects, for a group, to the retirement of a version until an instant. */
export const veto = (
  deps: VetoDeps,
  request: VetoRequest & { readonly until: number },
  options: VetoOptions,
): Promise<VetoResult> => change(deps, request, options);

/** Takes the objection of a group back. */
export const withdrawVeto = (
  deps: VetoDeps,
  request: Omit<VetoRequest, 'until'>,
  options: VetoOptions,
): Promise<VetoResult> => change(deps, request, options);

const change = async (
  { follower, clock }: VetoDeps,
  request: VetoRequest,
  options: VetoOptions,
): Promise<VetoResult> => {
  await follower.catchUp();
  const { eventType, group } = request;
  const decision = decideVeto(eventTypeState(follower.state(), eventType), request, Math.floor(clock.now()));
  const result = (kind: VetoResult['kind'], because: readonly RefusalReason[] = []): VetoResult => ({
    kind,
    decision,
    because,
    deprecation:
      decision.kind === 'refuse' ? undefined : deprecationOf(follower.state(), eventType, decision.version),
  });
  if (decision.kind === 'refuse') return result('refused', decision.because);
  if (decision.kind === 'unchanged') return result('unchanged');
  if (options.dryRun === true) return result('planned');
  const { version } = decision;
  const verdict = await appendJudged(
    follower,
    decision.kind === 'veto'
      ? { kind: 'vetoed', eventType, version, group, until: decision.until }
      : { kind: 'veto-withdrawn', eventType, version, group },
    options,
  );
  if (verdict.kind === 'void') return result('refused', [{ code: 'entry-void', text: verdict.because }]);
  return result(decision.kind === 'veto' ? 'vetoed' : 'veto-withdrawn');
};
