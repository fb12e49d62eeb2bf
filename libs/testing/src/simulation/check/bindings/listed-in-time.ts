import type { HistorySetting, Violation } from '../../history';
import type { Facts, Membership } from '../facts/types';
import type { Proposal } from '../fold/state';
import { instant, type Property, violation } from '../property';

/**
 * What a confirmed binding rests on, besides what the fold judges: the lead is lease and margin, and every member that
 * was there from the proposal until after the list (a heartbeat it sent then was confirmed) is on it, by its member id.
 */
export const listedInTime: Property = (facts, setting) => {
  const found: Violation[] = [];
  for (const proposal of facts.fold.proposals.values()) {
    if (proposal.outcome !== 'confirmed') continue;
    found.push(...late(proposal, setting), ...forgotten(facts, proposal));
  }
  return found;
};

const late = (proposal: Proposal, { leaseMs, marginMs }: HistorySetting): readonly Violation[] => {
  const latest = proposal.since - leaseMs - marginMs;
  const listedAt = proposal.listed?.logged.at ?? Number.POSITIVE_INFINITY;
  if (listedAt < latest && proposal.proposed.at < latest) return [];
  return [
    violation(
      'unsafe',
      'listed-in-time',
      `Expected the members of group ${proposal.group} to be listed before ${instant(latest)}, lease and margin ahead of the binding to v${proposal.version}, but they were at ${instant(listedAt)}.`,
      [proposal.proposed.step, proposal.listed?.logged.step, proposal.decided?.step],
    ),
  ];
};

const forgotten = ({ memberships }: Facts, proposal: Proposal): readonly Violation[] => {
  const { listed, proposed } = proposal;
  if (listed === undefined) return [];
  const isThere = ({ group, joined, lastBeat }: Membership): boolean =>
    group === proposal.group && joined < proposed.step && lastBeat > listed.logged.at;
  return memberships
    .filter((membership) => isThere(membership) && !listed.members.includes(membership.memberId))
    .map(({ memberId, process, joined }) =>
      violation(
        'unsafe',
        'every-member-is-listed',
        `Expected ${memberId} (${process}) to be asked about the binding of group ${proposal.group} to v${proposal.version}, since it was a member all the time, but the list is ${listed.members.join(', ') || 'empty'}.`,
        [joined, proposed.step, listed.logged.step],
      ),
    );
};
