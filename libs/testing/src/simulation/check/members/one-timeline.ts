import type { Violation } from '../../history';
import { type Facts, type Membership, never, type View } from '../facts/types';
import { type Property, violation } from '../property';
import type { Segment } from '../rule';

/** Members whose configured timelines differ never own partitions together. */
export const oneTimeline: Property = (facts) => {
  const found: Violation[] = [];
  for (const view of facts.views) {
    if (facts.fold.groups.get(view.eventType)?.get(view.group)?.timeline.length) continue;
    const owners = new Map<number, { membership: Membership; timeline: string }>();
    for (const membership of view.memberships) {
      const timeline = configured(facts, view, membership);
      if (membership.assignment.size === 0 || membership.joined === never || timeline === undefined) continue;
      const other = owners.get(membership.generation);
      if (other === undefined) owners.set(membership.generation, { membership, timeline });
      else if (other.timeline !== timeline) found.push(together(view, other.membership, membership));
    }
  }
  return found;
};

const configured = (
  { timelines }: Facts,
  { group, eventType }: View,
  { process, joined, replaced }: Membership,
): string | undefined => {
  const seen = timelines.filter(
    (one) => one.process === process && one.group === group && one.eventType === eventType,
  );
  const own = seen.findLast(({ step }) => step <= joined) ?? seen.find(({ step }) => step < replaced);
  return own === undefined ? undefined : written(own.timeline);
};

const written = (timeline: readonly Segment[]): string =>
  timeline.map(({ since, version }) => `v${version} since ${since}`).join(', ');

const together = ({ group }: View, one: Membership, other: Membership): Violation =>
  violation(
    'unsafe',
    'one-timeline-owns',
    `Expected members of group ${group} with different timelines never to own partitions together, but ${one.process} and ${other.process} do in generation ${other.generation}.`,
    [one.joined, other.joined],
  );
