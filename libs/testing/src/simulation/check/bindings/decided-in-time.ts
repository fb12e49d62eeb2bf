import type { Violation } from '../../history';
import type { Facts, Membership } from '../facts/types';
import type { Proposal } from '../fold/state';
import { instant, type Property, violation } from '../property';

/** How long after its deadline, and after the last fault, a proposal may stay open while members are there to withdraw it. */
const graceMs = 30_000;

/** Every proposal is decided: a script that died keeps nobody waiting for long. */
export const decidedInTime: Property = (facts) => {
  const { faultsOver, ended, resetAt = 0 } = facts;
  if (faultsOver === undefined || ended === undefined) return [];
  const found: Violation[] = [];
  for (const proposal of facts.fold.proposals.values()) {
    const latest = Math.max(proposal.decideBy, faultsOver.at, resetAt) + graceMs;
    const decidedAt = proposal.decided?.at ?? ended.at;
    if (decidedAt <= latest || !isAnybodyThere(facts, proposal)) continue;
    found.push(
      violation(
        'stuck',
        'proposals-are-decided',
        `Expected the binding of group ${proposal.group} to v${proposal.version} to be decided by ${instant(proposal.decideBy)}, or soon after the last fault, but it was ${proposal.decided === undefined ? 'open at the end' : `decided at ${instant(proposal.decided.at)}`}.`,
        [proposal.proposed.step, proposal.listed?.logged.step, proposal.decided?.step],
      ),
    );
  }
  return found;
};

/** Whether some member was at work after the faults. */
const isAnybodyThere = ({ memberships, faultsOver }: Facts, { group }: Proposal): boolean =>
  memberships.some((one: Membership) => one.group === group && one.lastBeat > (faultsOver?.at ?? 0));
