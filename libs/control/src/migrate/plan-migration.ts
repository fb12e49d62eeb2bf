import { boundSince, formatInstant, type Instant, lastSegment } from '@baton/core';
import { decideBind } from '../bind/decide-bind';
import { fingerprintOf } from '../log/certificate';
import { bindingBarred, type Deprecation, deprecationOf, eventTypeState } from '../log/deprecation-state';
import { type ControlState, type GroupState, groupState } from '../log/state';
import { decideAnnounce } from '../retire/announce';
import { withdrawalText } from '../retire/reasons';
import { canBind } from '../verdict/can-bind';
import { canDrop } from '../verdict/can-drop';
import { canStop } from '../verdict/can-stop';
import { date } from '../verdict/verdict';
import { bindRequestOf, type MigrationFacts } from './migration-facts';
import type { MigrationFile, MigrationGroup } from './migration-file';

/** One step of a migration, in the order in which they are taken. */
export interface MigrationStep {
  /** Stable: `announce`, `bind reminders`, `retire publisher`, `retire reminders`. */
  readonly id: string;
  readonly kind: 'announce' | 'bind' | 'retire-publisher' | 'retire-subscriber';
  readonly group: string | undefined;
  /** `ready`: the next `apply` takes it. */
  readonly status: 'done' | 'ready' | 'blocked';
  readonly why: string;
  readonly blockedBy: readonly string[];
}

/** What an `apply` would do, and why. */
export interface MigrationPlan {
  readonly schemaVersion: 1;
  readonly file: MigrationFile;
  /** Broker time at which it was made. */
  readonly madeAt: number;
  readonly steps: readonly MigrationStep[];
  /** Of the file, the decisions logged, and what each step is: an `apply` of this plan refuses another one. */
  readonly fingerprint: string;
}

/** Plans a migration from its file, the log and the evidence. Pure. */
export const planMigration = (
  file: MigrationFile,
  state: ControlState,
  facts: MigrationFacts,
): MigrationPlan => {
  const deprecation = deprecationOf(state, file.type, file.from);
  const announced = planAnnounce(file, state, facts);
  const steps = [
    announced,
    ...file.groups.map((group) =>
      afterAnnounce(announced, planBind(file, group, { state, facts, deprecation })),
    ),
    ...(file.publisher.retire ? [planRetirePublisher(file, state, facts)] : []),
    ...file.groups.flatMap((group) =>
      group.retire ? [planRetireSubscriber(file, group, { deprecation, facts })] : [],
    ),
  ];
  return {
    schemaVersion: 1,
    file,
    madeAt: facts.announce.brokerTime,
    steps,
    fingerprint: fingerprint(file, state, steps),
  };
};

/** Evidence grows all the time; what matters is what was decided, and whether the same steps would be taken. */
const fingerprint = (file: MigrationFile, state: ControlState, steps: readonly MigrationStep[]): string =>
  fingerprintOf({
    file,
    revision: eventTypeState(state, file.type).revision,
    groups: [...state.groups.values()]
      .filter(({ eventType }) => eventType === file.type)
      .map(({ group, revision }) => `${group} ${revision}`)
      .sort(),
    steps: steps.map(({ id, status }) => `${id}: ${status}`),
  });

type StepParts = Pick<MigrationStep, 'status' | 'why'> & { readonly blockedBy?: readonly string[] };

const step = (
  head: Pick<MigrationStep, 'id' | 'kind'> & { readonly group?: string },
  parts: StepParts,
): MigrationStep => ({ blockedBy: [], group: undefined, ...head, ...parts });

const planAnnounce = (file: MigrationFile, state: ControlState, facts: MigrationFacts): MigrationStep => {
  const { type: eventType, from, to, deadline, vetoUntil } = file;
  const head = { id: 'announce', kind: 'announce' } as const;
  const known = deprecationOf(state, eventType, from);
  if (known !== undefined && known.successor === to) {
    if (known.phase.kind !== 'deprecated')
      return step(head, { status: 'done', why: `v${from} is ${known.phase.kind}` });
    if (known.deadline > deadline) {
      const why = `announced; the deadline has moved to ${date(known.deadline)}, later than the file says`;
      return step(head, { status: 'done', why });
    }
  }
  const request = { eventType, from, to, deadline, ...(vetoUntil === undefined ? {} : { vetoUntil }) };
  const decision = decideAnnounce(eventTypeState(state, eventType), request, facts.announce);
  switch (decision.kind) {
    case 'announce':
      return step(head, {
        status: 'ready',
        why: `v${from} goes away in favour of v${to}, on ${formatInstant(deadline)}`,
      });
    case 'move-deadline':
      return step(head, {
        status: 'ready',
        why: `the deadline moves from ${date(decision.from)} to ${formatInstant(deadline)}`,
      });
    case 'already-announced':
      return step(head, { status: 'done', why: `announced, with the deadline ${formatInstant(deadline)}` });
    case 'refuse':
      return step(head, {
        status: 'blocked',
        why: 'the announcement is refused',
        blockedBy: decision.because.map(({ text }) => text),
      });
  }
};

const afterAnnounce = (announced: MigrationStep, next: MigrationStep): MigrationStep =>
  announced.status !== 'blocked' || next.status !== 'ready'
    ? next
    : { ...next, status: 'blocked', blockedBy: ['announce: it comes first, and is refused'] };

const planBind = (
  file: MigrationFile,
  group: MigrationGroup,
  {
    state,
    facts,
    deprecation,
  }: { state: ControlState; facts: MigrationFacts; deprecation: Deprecation | undefined },
): MigrationStep => {
  const head = { id: `bind ${group.group}`, kind: 'bind', group: group.group } as const;
  const own = groupState(state, group.group, file.type);
  const request = bindRequestOf(file, group);
  if (deprecation?.dropped.has(group.group) === true) {
    return step(head, { status: 'done', why: `the group has dropped v${file.from}` });
  }
  const bound = own.open === undefined ? doneBinding(file, own) : undefined;
  if (bound !== undefined) return step(head, bound);
  const bindFacts = facts.binds.get(group.group);
  if (bindFacts === undefined) {
    return step(head, { status: 'blocked', why: 'nothing is known of the group', blockedBy: ['not read'] });
  }
  const barred = bindingBarred(state, own, file.to);
  const decision = decideBind(own, { ...request, by: '', barred }, bindFacts);
  if (decision.kind === 'finish') {
    return step(head, {
      status: 'ready',
      why: `proposal ${decision.proposal.id} is open, and is brought to its end`,
    });
  }
  const members = bindFacts.group.members.length;
  const verdict = canBind(own, request, { decision, facts: bindFacts });
  const blockedBy = [
    ...(group.bind === 'stopped' && members > 0
      ? [`The group is to be bound while it is stopped, and has ${members} members. Stop them.`]
      : []),
    ...verdict.because.map(({ text }) => text),
  ];
  if (decision.kind !== 'propose' || blockedBy.length > 0) {
    return step(head, { status: 'blocked', why: `v${file.to} cannot be bound now`, blockedBy });
  }
  const how = members === 0 ? 'the group is stopped' : `${members} members are asked`;
  return step(head, { status: 'ready', why: `v${file.to} counts from then on; ${how}` });
};

/** A group that was bound back stays there until somebody binds it forward by hand: no script fights the other. */
const doneBinding = ({ to, from }: MigrationFile, { timeline }: GroupState): StepParts | undefined => {
  if (timeline === undefined) return undefined;
  const last = lastSegment(timeline);
  const since = boundSince(timeline, to);
  if (since !== undefined) return { status: 'done', why: `v${to} counts since ${formatted(since)}` };
  if (last.version > Math.max(from, to))
    return { status: 'done', why: `v${last.version} counts since ${formatted(last.since)}` };
  if (!timeline.some(({ version }) => version === to)) return undefined;
  return {
    status: 'blocked',
    why: `the group was bound back to v${last.version}`,
    blockedBy: [
      `It was bound back to v${last.version} from ${formatted(last.since)} on. Bind it forward by hand when what was wrong is mended: \`baton bind --to ${to}\`.`,
    ],
  };
};

const formatted = (since: Instant): string => (Number.isFinite(since) ? formatInstant(since) : 'ever');

/** A retirement that was withdrawn is begun anew by hand only, like a binding back: no script fights a person. */
const planRetirePublisher = (
  { type, from }: MigrationFile,
  state: ControlState,
  facts: MigrationFacts,
): MigrationStep => {
  const head = { id: 'retire publisher', kind: 'retire-publisher' } as const;
  const deprecation = deprecationOf(state, type, from);
  const phase = deprecation?.phase;
  if (phase?.kind === 'retired') {
    return step(head, { status: 'done', why: `v${from} ended at ${date(phase.final.at)}` });
  }
  if (phase !== undefined && phase.kind !== 'deprecated') {
    return step(head, { status: 'ready', why: `v${from} is ${phase.kind}; its retirement is gone on with` });
  }
  if (deprecation !== undefined && deprecation.attempts > 0) {
    const blockedBy = [withdrawalText(state, type, from)];
    return step(head, { status: 'blocked', why: 'the retirement was withdrawn', blockedBy });
  }
  const verdict = canStop(facts.stop);
  return verdict.verdict === 'safe'
    ? step(head, { status: 'ready', why: 'the verdict is safe' })
    : step(head, {
        status: 'blocked',
        why: `the verdict is ${verdict.verdict}`,
        blockedBy: verdict.because.map(({ text }) => text),
      });
};

const planRetireSubscriber = (
  { from }: MigrationFile,
  { group }: MigrationGroup,
  { deprecation, facts }: { deprecation: Deprecation | undefined; facts: MigrationFacts },
): MigrationStep => {
  const head = { id: `retire ${group}`, kind: 'retire-subscriber', group } as const;
  const dropped = deprecation?.dropped.get(group);
  if (dropped !== undefined) {
    return step(head, { status: 'done', why: `dropped v${from} at ${date(dropped.at)}` });
  }
  const drop = facts.drops.get(group);
  if (deprecation?.phase.kind !== 'retired' || drop === undefined) {
    const why = `v${from} has no final end yet`;
    return step(head, { status: 'blocked', why, blockedBy: ['retire publisher: publishers stop first'] });
  }
  const verdict = canDrop(drop);
  return verdict.verdict === 'safe'
    ? step(head, { status: 'ready', why: 'the verdict is safe' })
    : step(head, {
        status: 'blocked',
        why: `the verdict is ${verdict.verdict}`,
        blockedBy: verdict.because.map(({ text }) => text),
      });
};
