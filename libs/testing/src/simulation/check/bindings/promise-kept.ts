import type { Violation } from '../../history';
import type { Membership, PromisePeriod } from '../facts/types';
import { instant, type Property, violation } from '../property';
import { beganFrom, passedFrom } from './passed';

/**
 * From reading a proposal to reading its outcome no position passes a record created at or after the instant. What a
 * member had in hand when it read the proposal cannot be told from the history; it has to refuse then, so that
 * the binding is not confirmed. Hence of a binding that was not, only the second such step of a lane is judged.
 */
export const promiseKept: Property = (facts) => {
  const found: Violation[] = [];
  const byProcess = new Map<string, Membership[]>();
  for (const membership of facts.memberships) {
    const own = byProcess.get(membership.process);
    if (own === undefined) byProcess.set(membership.process, [membership]);
    else own.push(membership);
  }
  for (const period of facts.periods) {
    const own = (byProcess.get(period.process) ?? []).filter(({ group }) => group === period.proposal.group);
    for (const membership of own) {
      const steps = broken(period, membership);
      if (steps !== undefined) found.push(forgotten(period, membership, steps));
    }
  }
  return found;
};

/** The steps that show a broken promise: of a confirmed binding the first one counts, else the second of a lane. */
const broken = (
  { proposal, from, until }: PromisePeriod,
  membership: Membership,
): readonly number[] | undefined => {
  const counted = proposal.outcome === 'confirmed' ? 1 : 2;
  const begun = new Map<unknown, number>();
  for (const { record, began } of beganFrom(membership, proposal, [from, until])) {
    const times = (begun.get(record.lane) ?? 0) + 1;
    begun.set(record.lane, times);
    if (times >= counted) return [record.step, began];
  }
  const moved = new Map<unknown, number>();
  for (const position of membership.positions) {
    const { lane, step } = position;
    if (step <= from || step >= until || lane.eventType !== proposal.eventType) continue;
    const times = (moved.get(lane) ?? 0) + 1;
    moved.set(lane, times);
    const record = times >= counted ? passedFrom(position, proposal.since) : undefined;
    if (record !== undefined) return [record.step, step];
  }
  return undefined;
};

const forgotten = (
  { proposal, from, process }: PromisePeriod,
  { generation }: Membership,
  steps: readonly number[],
): Violation =>
  violation(
    'unsafe',
    'promise-kept',
    `Expected ${process} (generation ${generation}) to pass no record created at or after ${instant(proposal.since)} until it knows what became of the binding of group ${proposal.group} to v${proposal.version}, but it did.`,
    [proposal.proposed.step, from, ...steps, proposal.decided?.step],
  );
