import { BatonError, formatInstant, type Timeline } from '@baton/core';
import { readStaticMark } from '../bindings/commit-marks';
import type { RunContext } from './run-context';

/**
 * Refuses to go on from commits that were made under a static configuration whose bindings the followed timeline does
 * not have: what the one has skipped, the other could skip too.
 */
export const assertSameDecisions = (
  { group }: RunContext,
  eventType: string,
  timeline: Timeline,
  metadata: string,
): void => {
  const mark = readStaticMark(metadata);
  if (mark === undefined) return;
  const same =
    mark.timeline.length === 1 && timeline.length === 1 && mark.timeline[0].version === timeline[0].version;
  if (same) return;
  const bindings = mark.timeline.map(({ since, version }) => `v${version} since ${formatInstant(since)}`);
  throw new BatonError(
    'timeline-disagreement',
    `Group "${group}", ${eventType}: its commits were made under a static configuration (${bindings.join(', ')}), which the control log does not know. Keep the static configuration, or use a new group.`,
  );
};
