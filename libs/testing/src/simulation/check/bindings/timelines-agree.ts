import type { Violation } from '../../history';
import type { Facts, SeenTimeline } from '../facts/types';
import { timelineAfter } from '../fold/state';
import { instant, type Property, violation } from '../property';
import type { Segment } from '../rule';

/**
 * Every process sees the timeline that the entries it has read make, by a fold written for this check alone: void
 * entries change nothing, and a binding counts only if every listed member answered, in time.
 */
export const timelinesAgree: Property = (facts) => {
  const found: Violation[] = [];
  for (const seen of facts.timelines) {
    const line = facts.fold.groups.get(seen.eventType)?.get(seen.group);
    if (line === undefined || line.timeline.length === 0) continue;
    const expected = timelineAfter(line, seen.read);
    if (isIncreasing(seen.timeline) && isSame(expected, seen.timeline)) continue;
    found.push(
      violation(
        'unsafe',
        'timelines-agree',
        `Expected ${seen.process} to have ${describe(expected)} for group ${seen.group} after ${seen.read} entries, got ${describe(seen.timeline)}.${whyNot(facts, seen)}`,
        [seen.step],
      ),
    );
  }
  return found;
};

const isIncreasing = (timeline: readonly Segment[]): boolean =>
  timeline.every(({ since }, i) =>
    i === 0 ? since === Number.NEGATIVE_INFINITY : since > (timeline[i - 1]?.since ?? since),
  );

const isSame = (one: readonly Segment[], other: readonly Segment[]): boolean =>
  one.length === other.length &&
  one.every(({ since, version }, i) => since === other[i]?.since && version === other[i]?.version);

const describe = (timeline: readonly Segment[]): string =>
  timeline.length === 0
    ? 'no timeline'
    : timeline.map(({ since, version }) => `v${version} since ${instant(since)}`).join(', ');

/** Why the log does not have a binding that a process believes in. */
const whyNot = ({ entries }: Facts, { group, read, timeline }: SeenTimeline): string => {
  const last = timeline.at(-1);
  const proposed = entries.find(({ effect }) => {
    if (effect.kind !== 'proposed') return false;
    const { proposal } = effect;
    return proposal.group === group && proposal.since === last?.since && proposal.version === last.version;
  });
  const id = proposed?.effect.kind === 'proposed' ? proposed.effect.proposal.id : undefined;
  const voids = entries.slice(0, read).flatMap(({ value, effect }) => {
    const about = value as { readonly proposal?: unknown; readonly kind?: unknown } | null | undefined;
    return effect.kind === 'void' && id !== undefined && about?.proposal === id
      ? [`${String(about.kind)} is void: ${effect.because}`]
      : [];
  });
  return voids.length === 0 ? '' : ` ${voids.join('; ')}.`;
};
