import type { Violation } from '../../history';
import { type CommitAttempt, type Facts, type Membership, never } from '../facts/types';
import { type Property, violation } from '../property';

/** Nothing is processed, skipped or committed in a generation before the control log was read to the end it had at the join. */
export const logReadFirst: Property = (facts) => {
  const committed = firstCommits(facts.attempts);
  const found: Violation[] = [];
  for (const membership of facts.memberships) {
    const { handlings, positions, process, generation, joined, logRead, logReadUpTo, entriesAtJoin } =
      membership;
    if (!followsLog(facts, membership)) continue;
    const first = Math.min(
      handlings[0]?.began ?? never,
      positions[0]?.step ?? never,
      committed.get(membership) ?? never,
    );
    if (first === never || (logRead < first && logReadUpTo >= entriesAtJoin)) continue;
    const read = logRead < first ? `had read ${logReadUpTo} of ${entriesAtJoin} entries` : 'had not read it';
    found.push(
      violation(
        'unsafe',
        'log-read-first',
        `Expected ${process} to read the control log to its end before it passes a record in generation ${generation}, but it ${read}.`,
        [joined, logRead < first ? logRead : undefined, first],
      ),
    );
  }
  return found;
};

const firstCommits = (attempts: readonly CommitAttempt[]): ReadonlyMap<Membership, number> => {
  const first = new Map<Membership, number>();
  for (const { membership, step } of attempts) if (!first.has(membership)) first.set(membership, step);
  return first;
};

/** A group that never registered carries its timeline in its configuration. */
const followsLog = ({ fold }: Facts, { group }: Membership): boolean => {
  for (const ofType of fold.groups.values()) if ((ofType.get(group)?.timeline.length ?? 0) > 0) return true;
  return false;
};
