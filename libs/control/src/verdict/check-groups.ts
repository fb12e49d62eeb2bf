import type { Version } from '@baton/core';
import type { Deprecation } from '../log/deprecation-state';
import { notPast } from '../log/judge-retirement';
import { bindingText } from './binding-text';
import type { Fact, GroupFacts, MemberFact, StopFacts, StrangerFact } from './facts';
import { type Check, check, checkSeen, notYet, unknown, type Verdict, verdictOf } from './verdict';

/** Whether every group is past the version: registered ones by the log and their offsets, others by what they do. */
export const checkGroups = (facts: StopFacts, deprecation: Deprecation | undefined): readonly Check[] => [
  ...checkSeen('the registered groups', facts.groups, (groups, at) => [
    { evidence: { fact: 'registered groups', value: groups.map(({ group }) => group).join(', '), at } },
    ...groups.flatMap((group) => checkGroup(facts, group, { at, deprecation })),
  ]),
  ...checkSeen('which groups read the topic', facts.strangers, (strangers, at) => [
    { evidence: { fact: 'groups that nobody registered', value: strangers.length, at } },
    ...strangers.map((stranger) => checkStranger(facts, stranger, at)),
  ]),
  ...checkManifest(facts),
];

/** The share of one group in the answer whether publishers can stop. Pure. */
export const groupVerdict = (facts: StopFacts, group: GroupFacts): Verdict => {
  const deprecation = facts.log.kind === 'seen' ? facts.log.value.deprecation : undefined;
  const at = facts.groups.kind === 'seen' ? facts.groups.at : facts.brokerTime;
  return verdictOf(checkGroup(facts, group, { at, deprecation }));
};

const checkGroup = (
  { version, brokerTime, log }: StopFacts,
  { group, state, drained, members, deadLetters }: GroupFacts,
  { at, deprecation }: { at: number; deprecation: Deprecation | undefined },
): readonly Check[] => {
  if (deprecation?.dropped.has(group) === true) {
    return [{ evidence: { fact: `group ${group}`, value: `dropped v${version}`, at } }];
  }
  const over = log.kind === 'seen' ? log.value.over : new Set<Version>();
  const because = notPast(state, version, { at: brokerTime, over });
  return [
    check(
      { fact: `group ${group} binding`, value: bindingText(state), at },
      state.timeline === undefined
        ? unknown(
            'group-not-registered',
            `Expected group "${group}" to be registered, but the control log has no timeline of it. Start one member of it.`,
          )
        : because === undefined
          ? undefined
          : notYet(
              'group-not-bound',
              `Expected every group to be bound past v${version}, but ${because}. Bind it with \`baton bind\`; if it is gone for good, drop it with \`baton retire --subscriber --group ${group} --early\`.`,
            ),
    ),
    ...checkDrained(version, group, drained),
    ...(deadLetters?.kind === 'seen'
      ? [{ evidence: { fact: `group ${group} dead letters`, value: deadLetters.value, at: deadLetters.at } }]
      : []),
    ...checkMembers(group, members),
  ];
};

const checkDrained = (version: Version, group: string, drained: GroupFacts['drained']): readonly Check[] =>
  checkSeen(`what group "${group}" has committed`, drained, (value, at) => {
    const detail = value.because.join('; ');
    const text = `Expected group "${group}" to have drained v${version}: ${detail}.`;
    return [
      check(
        { fact: `group ${group} drained`, value: value.drained, at },
        value.drained === 'yes'
          ? undefined
          : value.drained === 'no'
            ? notYet('group-not-drained', `${text} Wait until it has caught up.`)
            : unknown(
                'offset-missing',
                `${text} An offset that was never committed or has expired is not zero: start the group, and let it read on.`,
              ),
      ),
    ];
  });

/** A member without the library follows no timeline, and one with a static timeline another, whatever is logged. */
export const checkMembers = (group: string, members: Fact<readonly MemberFact[]>): readonly Check[] =>
  checkSeen(`the members of group "${group}"`, members, (list, at) => {
    const without = list.filter(({ library }) => library === 'unknown');
    const names = without.map(({ memberId, host }) => `${memberId} (${host})`).join(', ');
    return [
      check(
        { fact: `group ${group} members`, value: list.length, at },
        without.length === 0
          ? undefined
          : unknown(
              'member-without-library',
              `Expected every member of group "${group}" to follow this control log, but ${names} did not say so when joining. Upgrade it, have it follow the log instead of a static timeline, or stop it; run this again if the group was rebalancing.`,
            ),
      ),
    ];
  });

const checkStranger = (
  { version }: StopFacts,
  { group, members, advanced }: StrangerFact,
  at: number,
): Check =>
  check(
    {
      fact: `group ${group}, not registered`,
      value: `${members} members, ${advanced ? 'reads on' : 'at rest'}`,
      at,
    },
    members > 0 || advanced
      ? notYet(
          'veto-by-evidence',
          `Group "${group}" reads v${version} and is not registered: that counts as a veto. Find its owner; upgrade it to a release that registers, or stop it.`,
        )
      : unknown(
          'group-not-registered',
          `Group "${group}" has committed offsets of v${version}, and nobody registered it: it may come back. Find its owner; if it is gone, delete its offsets.`,
        ),
  );

const checkManifest = ({ manifest, groups, strangers }: StopFacts): readonly Check[] =>
  checkSeen('which groups should exist', manifest, (expected, at) => {
    const known = [
      ...(groups.kind === 'seen' ? groups.value : []),
      ...(strangers.kind === 'seen' ? strangers.value : []),
    ].map(({ group }) => group);
    const never = expected.filter((group) => !known.includes(group));
    return [
      { evidence: { fact: 'groups that should exist', value: expected.join(', '), at } },
      ...never.map((group) => ({
        reason: unknown(
          'group-never-seen',
          `Expected group "${group}", as event.yaml says, but nobody has ever seen it. Start it once, or take it off the list.`,
        ),
      })),
    ];
  });
