import type { Violation } from '../../history';
import { laneName, type Property, violation } from '../property';

/** Commits are for partitions that the member owns in the generation it commits in. */
export const commitsOwn: Property = ({ attempts }) => {
  const found: Violation[] = [];
  for (const { membership, lane, offset, step } of attempts) {
    const { process, generation, assignment, joined } = membership;
    if (assignment.has(lane)) continue;
    found.push(
      violation(
        'unsafe',
        'commits-own-partitions',
        `Expected ${process} to commit only what it owns in generation ${generation}, but it committed ${laneName(lane)} up to ${offset}.`,
        [joined, step],
      ),
    );
  }
  return found;
};
