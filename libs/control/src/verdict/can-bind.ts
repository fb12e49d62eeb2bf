import { lastSegment } from '@baton/core';
import type { BindRequest } from '../bind/bind-request';
import type { BindDecision } from '../bind/decide-bind';
import type { Reason } from '../bind/reasons';
import type { BindFacts } from '../evidence/bind-facts';
import type { GroupState } from '../log/state';
import { bindingText } from './binding-text';
import {
  type Check,
  check,
  date,
  notYet,
  unknown,
  type Verdict,
  type VerdictReason,
  verdictOf,
} from './verdict';

/** Whether a binding could be proposed now, on the facts that `bind` decides on. Pure. */
export const canBind = (
  state: GroupState,
  request: BindRequest,
  { decision, facts }: { decision: BindDecision; facts: BindFacts },
): Verdict => {
  const at = facts.brokerTime;
  return verdictOf([
    { evidence: { fact: 'binding', value: bindingText(state), at } },
    { evidence: { fact: 'group state', value: facts.group.state, at } },
    { evidence: { fact: 'members', value: facts.group.members.length, at } },
    ...checkDecision(decision, at),
    ...(decision.kind === 'already-bound' ? [] : checkOffsets(state, request, facts)),
    ...checkPublishing(request, facts),
    ...(decision.kind === 'propose' ? checkHandlers(state, request, { decision, facts }) : []),
  ]);
};

const checkDecision = (decision: BindDecision, at: number): readonly Check[] => {
  switch (decision.kind) {
    case 'propose':
      return [{ evidence: { fact: 'earliest instant', value: date(decision.proposal.since), at } }];
    case 'already-bound':
      return [];
    case 'finish':
      return [
        check(
          { fact: 'open proposal', value: decision.proposal.id, at },
          notYet(
            'binding-under-way',
            `A binding to v${decision.proposal.version} is proposed until ${date(decision.proposal.decideBy)}. Wait for it, or run \`baton bind\`, which brings it to its end.`,
          ),
        ),
      ];
    case 'refuse':
      return decision.because.map((reason) => ({ reason: fromRefusal(reason) }));
  }
};

/** What nobody knows is unknown; everything else that stands in the way is seen. */
const fromRefusal = ({ code, text }: Reason): VerdictReason => {
  if (code === 'group-not-registered') return unknown('group-not-registered', text);
  if (code === 'group-unreadable') return unknown('group-unreadable', text);
  return notYet('binding-refused', text);
};

const checkOffsets = (
  { timeline }: GroupState,
  { version, group }: BindRequest,
  { partitions, brokerTime: at }: BindFacts,
): readonly Check[] => {
  const concerned = [version, ...(timeline === undefined ? [] : [lastSegment(timeline).version])];
  const own = partitions.filter((one) => concerned.includes(one.version));
  const missing = own.filter(({ committed }) => committed === undefined);
  const names = missing.map(({ topic, partition }) => `${topic}/${partition}`).join(', ');
  return [
    check(
      { fact: 'partitions with a committed offset', value: own.length - missing.length, at },
      own.length > 0 && missing.length === 0
        ? undefined
        : unknown(
            'offset-missing',
            `Group "${group}" has no committed offset ${own.length === 0 ? 'anywhere' : `in ${names}`}: it never read there, or its offsets have expired. Start it with the release that reads v${version}, once.`,
          ),
    ),
  ];
};

const checkPublishing = (
  { version }: BindRequest,
  { publishers, brokerTime: at }: BindFacts,
): readonly Check[] => [
  check(
    { fact: 'publishers that say what they write', value: publishers.length, at },
    publishers.length > 0
      ? undefined
      : unknown('publishers-unknown', `No publisher says that it lives, or that it writes v${version}.`),
  ),
  ...publishers.map(({ instance, versions, ageMs }) =>
    check(
      { fact: `publisher ${instance}`, value: versions.map((one) => `v${one}`).join(', '), at: at - ageMs },
      versions.includes(version)
        ? undefined
        : notYet(
            'version-not-published',
            `Publisher "${instance}" writes no v${version}: its events would change places with others at the cut. Upgrade it first.`,
          ),
    ),
  ),
];

/** A stopped group is asked by what it said when it registered, one at work by each member. */
const checkHandlers = (
  { registration }: GroupState,
  { version, group }: BindRequest,
  { decision, facts }: { decision: Extract<BindDecision, { kind: 'propose' }>; facts: BindFacts },
): readonly Check[] => {
  if (!decision.cautions.some(({ code }) => code === 'handlers-unknown')) return [];
  const { members } = facts.group;
  if (members.length === 0 && registration?.handles.includes(version) === true) return [];
  return [
    {
      reason:
        members.length === 0
          ? unknown(
              'handlers-unknown',
              `No member of group "${group}" runs, and none has said that it handles v${version}. Start it once with the release that does.`,
            )
          : unknown(
              'member-without-library',
              `Not every member of group "${group}" says what it handles. Upgrade those that do not, or stop them.`,
            ),
    },
  ];
};
