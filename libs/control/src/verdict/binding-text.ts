import { formatInstant, lastSegment } from '@baton/core';
import type { GroupState } from '../log/state';

/** To what a group is bound, in words. */
export const bindingText = ({ timeline }: Pick<GroupState, 'timeline'>): string => {
  if (timeline === undefined) return 'none';
  const { version, since } = lastSegment(timeline);
  return Number.isFinite(since) ? `v${version} since ${formatInstant(since)}` : `v${version} since ever`;
};
