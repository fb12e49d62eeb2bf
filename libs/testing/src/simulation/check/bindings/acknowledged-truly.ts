import type { Violation } from '../../history';
import { type Facts, type Lane, type Membership, never, type PromisePeriod } from '../facts/types';
import type { Answer, Proposal } from '../fold/state';
import { instant, type Property, violation } from '../property';
import { beganFrom, firstFrom } from './passed';

/** No member acknowledges whose position had passed a record created at or after the instant, processed or skipped. */
export const acknowledgedTruly: Property = (facts) => {
  const found: Violation[] = [];
  const seats = byMember(facts.memberships);
  for (const proposal of facts.fold.proposals.values()) {
    for (const answer of proposal.answers.values()) {
      if (answer.kind !== 'acknowledged') continue;
      const own = seats.get(answer.member);
      if (own === undefined) found.push(nobody(proposal, answer));
      else found.push(...judge(facts, proposal, { answer, own }));
    }
  }
  return found;
};

const byMember = (memberships: readonly Membership[]): ReadonlyMap<string, readonly Membership[]> => {
  const seats = new Map<string, Membership[]>();
  for (const membership of memberships) {
    if (membership.joined === never) continue;
    const seat = seats.get(membership.memberId);
    if (seat === undefined) seats.set(membership.memberId, [membership]);
    else seat.push(membership);
  }
  return seats;
};

/** Which membership answered is not said: any since the proposal was read. If all of them were past it, the answer is wrong. */
const judge = (
  { periods }: Facts,
  proposal: Proposal,
  { answer, own }: { answer: Answer; own: readonly Membership[] },
): readonly Violation[] => {
  const { step } = answer.logged;
  const handled = own.flatMap((membership) => beganFrom(membership, proposal, [-1, step]))[0];
  if (handled !== undefined) return [untrue(proposal, answer, [handled.record.step, handled.began])];
  const read = readAt(periods, proposal, answer);
  const candidates = own.filter(({ joined, replaced }) => joined < step && replaced > read);
  const passes = candidates.map((membership) => passedAt(membership, proposal, step));
  const [first] = passes;
  return first !== undefined && passes.every((pass) => pass !== undefined)
    ? [untrue(proposal, answer, [candidates[0]?.joined, first.step])]
    : [];
};

const readAt = (
  periods: readonly PromisePeriod[],
  proposal: Proposal,
  { logged: { process, step } }: Answer,
): number =>
  periods.findLast((one) => one.proposal === proposal && one.process === process && one.from < step)?.from ??
  proposal.proposed.step;

/** A record at or after the instant below a member's position, at the answer or at the end of its generation. */
const passedAt = (
  membership: Membership,
  { eventType, since }: Proposal,
  step: number,
): { readonly step: number } | undefined => {
  for (const [lane, committed] of membership.assignment) {
    if (lane.eventType !== eventType) continue;
    const record = firstFrom(lane, since);
    if (record !== undefined && positionAt(membership, { lane, committed, step }) > record.offset)
      return { step: record.step };
  }
  return undefined;
};

const positionAt = (
  { positions }: Membership,
  { lane, committed, step }: { lane: Lane; committed: number | undefined; step: number },
): number => positions.findLast((one) => one.lane === lane && one.step < step)?.next ?? committed ?? 0;

const untrue = (
  proposal: Proposal,
  { member, logged }: Answer,
  steps: readonly (number | undefined)[],
): Violation =>
  violation(
    'unsafe',
    'acknowledged-truly',
    `Expected ${member} to refuse the binding of group ${proposal.group} to v${proposal.version} from ${instant(proposal.since)} on, since it had passed a record created then or later, but it acknowledged.`,
    [...steps, proposal.proposed.step, logged.step],
  );

const nobody = (proposal: Proposal, { member, logged }: Answer): Violation =>
  violation(
    'unsafe',
    'answered-by-member-id',
    `Expected members of group ${proposal.group} to answer by their member ids, but ${member} is none.`,
    [proposal.proposed.step, logged.step],
  );
