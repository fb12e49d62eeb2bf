import type { Version } from '@baton/core';
import type { Deprecation } from '../log/deprecation-state';
import { notPast } from '../log/judge-retirement';
import type { GroupState } from '../log/state';
import { bindingText } from './binding-text';
import { checkMembers } from './check-groups';
import type { DropFacts, EndedPartition } from './facts';
import { type Check, check, checkSeen, date, notYet, unknown, type Verdict, verdictOf } from './verdict';

/** Whether a group can stop reading a version without losing an event. Pure. */
export const canDrop = (facts: DropFacts): Verdict =>
  verdictOf([
    ...checkSeen('what is logged', facts.log, ({ deprecation, state, over }, at) => [
      checkRetired(facts, deprecation, at),
      checkBound(facts, { state, over }, at),
    ]),
    ...checkSeen('what the group has committed', facts.partitions, (partitions, at) =>
      partitions.length === 0
        ? [{ reason: unknown('offset-missing', 'Nothing is known of any partition of the topic.') }]
        : partitions.map((partition) => checkPartition(facts, partition, at)),
    ),
    ...checkMembers(facts.group, facts.members),
    ...checkRefused(facts),
    ...checkDeadLetters(facts),
  ]);

const checkRetired = ({ version }: DropFacts, deprecation: Deprecation | undefined, at: number): Check => {
  const phase = deprecation?.phase;
  return phase?.kind === 'retired'
    ? {
        evidence: {
          fact: 'final end',
          value: `${phase.final.ends.join(', ')} at ${date(phase.final.at)}`,
          at,
        },
      }
    : check(
        { fact: 'retirement', value: phase?.kind ?? 'not announced', at },
        notYet(
          'not-final',
          `Publishers have not stopped v${version}, so its end is not known. Retire it with \`baton retire --publisher\` first.`,
        ),
      );
};

const checkBound = (
  { group, version, brokerTime }: DropFacts,
  { state, over }: { state: GroupState; over: ReadonlySet<Version> },
  at: number,
): Check => {
  if (state.timeline === undefined) {
    return check(
      { fact: `group ${group} binding`, value: 'none', at },
      unknown(
        'group-not-registered',
        `Expected group "${group}" to be registered, but the control log has no registration. Start one member of it once.`,
      ),
    );
  }
  const because = notPast(state, version, { at: brokerTime, over });
  return check(
    { fact: `group ${group} binding`, value: bindingText(state), at },
    because === undefined
      ? undefined
      : notYet('group-not-bound', `Expected the group to be bound past v${version}, but ${because}.`),
  );
};

const checkPartition = (
  { group, version }: DropFacts,
  { partition, final, end, committed }: EndedPartition,
  at: number,
): Check => {
  const target = Math.max(final, end ?? final);
  const evidence = {
    fact: `v${version}/${partition}`,
    value: `committed ${committed ?? 'unknown'}, final ${final}, end ${end ?? 'unknown'}`,
    at,
  };
  if (committed !== undefined && committed < target) {
    const text = `Group "${group}" has ${target - committed} offsets of v${version}/${partition} before it. Let it read on.`;
    return check(evidence, notYet('behind-the-end', text));
  }
  const missing = committed === undefined ? 'committed offset' : end === undefined ? 'end' : undefined;
  return check(
    evidence,
    missing === undefined
      ? undefined
      : unknown(
          'offset-missing',
          `No ${missing} of v${version}/${partition} is known for group "${group}". One that was never committed or has expired is not zero: start the group, and let it read on.`,
        ),
  );
};

/** Who may write matters once the end is fixed. */
const checkRefused = ({ version, log, declared, writesRefused }: DropFacts): readonly Check[] => {
  const phase = log.kind === 'seen' ? log.value.deprecation?.phase : undefined;
  if (log.kind === 'seen' && phase?.kind !== 'retired') return [];
  const overridden = phase?.kind === 'retired' && phase.retirement.writes?.how === 'override';
  if (overridden || declared.withoutAuthorizer === true) {
    const at = phase?.kind === 'retired' ? phase.final.at : 0;
    return [{ evidence: { fact: 'writes refused', value: 'nobody keeps writers out: declared', at } }];
  }
  return checkSeen('whether writes are refused', writesRefused, (refused, at) => [
    check(
      { fact: 'writes refused', value: refused, at },
      refused
        ? undefined
        : notYet(
            'writes-not-refused',
            `The brokers take writes to v${version} again. Somebody took the denial away: run \`baton retire --publisher\` once more.`,
          ),
    ),
  ]);
};

const checkDeadLetters = ({
  deadLetters,
  declared,
  brokerTime,
  group,
  version,
}: DropFacts): readonly Check[] => {
  if (deadLetters.kind === 'none-configured') {
    return [{ evidence: { fact: 'dead letters', value: 'none configured', at: brokerTime } }];
  }
  return checkSeen('what the retry and dead-letter topics hold', deadLetters, (count, at) => [
    check(
      {
        fact: 'retries and dead letters of the version',
        value: declared.keepsHandler === true ? `${count}, the handler stays` : count,
        at,
      },
      count === 0 || declared.keepsHandler === true
        ? undefined
        : notYet(
            'dead-letters-left',
            `${count} events of v${version} lie in the retry or dead-letter topics of group "${group}". Settle them, or keep a handler or an upcast for them.`,
          ),
    ),
  ]);
};
