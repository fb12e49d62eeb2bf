import { type Deprecation, vetoesAt } from '../log/deprecation-state';
import { checkGroups } from './check-groups';
import { checkPublishers } from './check-publishers';
import type { StopFacts } from './facts';
import {
  type Check,
  check,
  checkSeen,
  date,
  notYet,
  unknown,
  type Verdict,
  type VerdictReason,
  verdictOf,
} from './verdict';

/** Whether publishers can stop a version without anybody losing an event. Pure. */
export const canStop = (facts: StopFacts): Verdict => {
  const deprecation = facts.log.kind === 'seen' ? facts.log.value.deprecation : undefined;
  return verdictOf([
    ...checkSeen('what is announced', facts.log, (log, at) =>
      log.deprecation === undefined
        ? [notAnnounced(facts, at)]
        : checkDeprecation(facts, log.deprecation, at),
    ),
    ...checkGroups(facts, deprecation),
    ...checkPublishers(facts),
    ...checkOutbox(facts),
    ...checkAuthorizer(facts),
  ]);
};

const notAnnounced = ({ eventType, version }: StopFacts, at: number): Check =>
  check(
    { fact: 'announced', value: false, at },
    notYet(
      'not-announced',
      `Nobody announced that v${version} of ${eventType} goes away. Announce it with \`baton announce\`, with a deadline.`,
    ),
  );

const checkDeprecation = (
  { version, brokerTime }: StopFacts,
  deprecation: Deprecation,
  at: number,
): readonly Check[] => {
  const { announcedAt, deadline, successor } = deprecation;
  return [
    {
      evidence: { fact: 'announced', value: `v${version} to v${successor}, ${date(announcedAt)}`, at },
    },
    check(
      { fact: 'deadline', value: date(deadline), at },
      brokerTime >= deadline
        ? undefined
        : notYet('deadline-ahead', `The deadline is ${date(deadline)}. Wait for it; it cannot move earlier.`),
    ),
    ...checkVetoes(deprecation, brokerTime, at),
  ];
};

const checkVetoes = (deprecation: Deprecation, brokerTime: number, at: number): readonly Check[] => {
  const vetoes = vetoesAt(deprecation, brokerTime);
  return [
    { evidence: { fact: 'vetoes in force', value: vetoes.length, at } },
    ...vetoes.map(({ group, until, by, reason }) => ({
      reason: notYet(
        'veto',
        `Group "${group}" has a veto until ${date(until)} (${by}: ${reason}). Wait, or ask its owner to withdraw it.`,
      ),
    })),
  ];
};

/** Whether nothing with the version waits in an outbox. */
export const checkOutbox = ({
  outbox,
  brokerTime,
  version,
}: Pick<StopFacts, 'outbox' | 'brokerTime' | 'version'>): readonly Check[] => {
  if (outbox.kind === 'none-configured') {
    return [{ evidence: { fact: 'outbox', value: 'none configured', at: brokerTime } }];
  }
  return checkSeen('what waits in the outbox', outbox, (rows, at) => [
    check(
      { fact: 'outbox rows with the version', value: rows, at },
      rows === 0
        ? undefined
        : notYet(
            'outbox-not-empty',
            `${rows} events with v${version} wait in the outbox. Let the relay publish them.`,
          ),
    ),
  ]);
};

const checkAuthorizer = ({ authorizer, declared, version }: StopFacts): readonly Check[] =>
  checkSeen('whether the brokers can refuse writes', authorizer, (value, at) => [
    check(
      { fact: 'authorizer', value, at },
      value === 'on' ? undefined : withoutAuthorizer(declared.withoutAuthorizer === true, version),
    ),
  ]);

const withoutAuthorizer = (declared: boolean, version: number): VerdictReason | undefined =>
  declared
    ? undefined
    : unknown(
        'no-authorizer',
        `The brokers have no authorizer, so nothing keeps anybody from writing v${version} later. Turn it on, or take it upon yourself with \`--without-authorizer\`.`,
      );
