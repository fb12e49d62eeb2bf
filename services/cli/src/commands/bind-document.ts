import type { BindResult, Reason } from '@baton/control';
import { formatInstant, type Instant, type Timeline } from '@baton/core';
import type { CommandDocument } from './command';

/** What `baton bind` says: what became of the request, why, and on what evidence. Instants are RFC 3339. */
export interface BindDocument extends CommandDocument {
  readonly outcome: BindResult['kind'];
  readonly dryRun: boolean;
  readonly group: string;
  readonly eventType: string;
  readonly version: number;
  /** Named after the version: `BoundToV2Since`; `null` while the group is not bound to it. */
  readonly [boundTo: `BoundToV${number}Since`]: string | null;
  readonly timeline: readonly { readonly since: string; readonly version: number }[];
  readonly decision: BindDecisionDocument;
  readonly because: readonly Reason[];
  readonly cautions: readonly Reason[];
  readonly attempts: readonly object[];
  readonly evidence: BindEvidence;
}

export interface BindDecisionDocument {
  readonly kind: BindResult['decision']['kind'];
  /** The instant that is proposed, in force, or under way. */
  readonly since: string | null;
  /** The earliest instant that could be proposed, where another was refused. */
  readonly earliest: string | null;
}

export interface BindEvidence {
  readonly brokerTime: string;
  readonly brokerTimeFrom: 'log' | 'clock';
  readonly leaseMs: number;
  readonly marginMs: number;
  readonly state: string;
  readonly members: readonly string[];
  readonly topics: readonly { readonly topic: string; readonly partitions: number | null }[];
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly committed: number | null;
    readonly end: number;
    readonly firstAtSince: number | null;
  }[];
  readonly publishers: readonly InstanceEvidence[];
  readonly handlers: readonly InstanceEvidence[];
}

interface InstanceEvidence {
  readonly instance: string;
  readonly versions: readonly number[];
  readonly ageMs: number;
}

/** Writes a timeline with readable instants. */
export const timelineRows = (timeline: Timeline | undefined): BindDocument['timeline'] =>
  (timeline ?? []).map(({ since, version }) => ({ since: formatInstant(since), version }));

/** The document of a run of the bind procedure. */
export const bindDocument = (result: BindResult, dryRun: boolean): BindDocument => ({
  schemaVersion: 1,
  outcome: result.kind,
  dryRun,
  group: result.group,
  eventType: result.eventType,
  version: result.version,
  ...boundTo(result),
  timeline: timelineRows(result.timeline),
  decision: decisionOf(result.decision),
  because: result.because,
  cautions: result.decision.kind === 'propose' ? result.decision.cautions : [],
  attempts: result.attempts.map(attemptOf),
  evidence: evidenceOf(result.facts),
});

const boundTo = ({ version, since }: BindResult): Record<`BoundToV${number}Since`, string | null> => ({
  [`BoundToV${version}Since`]: iso(since),
});

const iso = (instant: Instant | number | undefined): string | null =>
  instant === undefined ? null : formatInstant(instant as Instant);

const decisionOf = (decision: BindResult['decision']): BindDecisionDocument => {
  switch (decision.kind) {
    case 'propose':
    case 'finish':
      return { kind: decision.kind, since: iso(decision.proposal.since), earliest: null };
    case 'already-bound':
      return { kind: decision.kind, since: iso(decision.since), earliest: null };
    case 'refuse':
      return { kind: decision.kind, since: null, earliest: iso(decision.earliest) };
  }
};

const attemptOf = ({
  since,
  proposedAt,
  decidedAt,
  answers,
  ...rest
}: BindResult['attempts'][number]): object => ({
  ...rest,
  since: iso(since),
  proposedAt: iso(proposedAt),
  decidedAt: iso(decidedAt),
  answers: answers.map(({ at, ...answer }) => ({ ...answer, at: iso(at) })),
});

const evidenceOf = (facts: BindResult['facts']): BindEvidence => ({
  brokerTime: new Date(facts.brokerTime).toISOString(),
  brokerTimeFrom: facts.brokerTimeFrom,
  leaseMs: facts.timings.leaseMs,
  marginMs: facts.timings.marginMs,
  state: facts.group.state,
  members: facts.group.members.map(({ memberId }) => memberId),
  topics: facts.topics.map(({ topic, partitions }) => ({ topic, partitions: partitions ?? null })),
  partitions: facts.partitions.map(({ topic, partition, committed, end, firstAtSince }) => ({
    topic,
    partition,
    committed: committed ?? null,
    end,
    firstAtSince: firstAtSince ?? null,
  })),
  publishers: facts.publishers,
  handlers: facts.members,
});
