import type { BindResult } from '@baton/control';
import { formatInstant, type Instant, type Timeline } from '@baton/core';
import { z } from 'zod';
import { type BoundTo, instantText, list, schemaVersion, versionNumber, withBoundTo } from './document-parts';

const reasons = list(z.strictObject({ code: z.string(), text: z.string() }));

const instance = z.strictObject({
  instance: z.string(),
  versions: list(versionNumber),
  ageMs: z.number().meta({ description: 'how old what it said of itself is' }),
});

const evidence = z.strictObject({
  brokerTime: instantText,
  brokerTimeFrom: z.enum(['log', 'clock']),
  leaseMs: z.number(),
  marginMs: z.number(),
  state: z.string().meta({ description: "the broker's word for the group: Empty, Stable, …" }),
  members: list(z.string()),
  topics: list(z.strictObject({ topic: z.string(), partitions: z.number().nullable() })),
  partitions: list(
    z.strictObject({
      topic: z.string(),
      partition: z.number(),
      committed: z.number().nullable(),
      end: z.number(),
      firstAtSince: z.number().nullable(),
    }),
  ),
  publishers: list(instance),
  handlers: list(instance),
});
export type BindEvidence = z.infer<typeof evidence>;

const decision = z.strictObject({
  kind: z.enum(['propose', 'already-bound', 'finish', 'refuse']),
  since: instantText.nullable().meta({ description: 'the instant that is proposed, in force, or under way' }),
  earliest: instantText.nullable().meta({
    description: 'the earliest instant that could be proposed, where another was refused',
  }),
});
export type BindDecisionDocument = z.infer<typeof decision>;

const attempt = z.strictObject({
  proposal: z.string(),
  outcome: z.enum(['confirmed', 'withdrawn', 'void']),
  because: z.string(),
  version: versionNumber.optional(),
  since: instantText.nullable(),
  proposedAt: instantText.nullable(),
  decidedAt: instantText.nullable(),
  listed: list(z.string()).optional(),
  answers: list(
    z.strictObject({
      member: z.string(),
      kind: z.enum(['acknowledged', 'refused']),
      because: z.string().optional(),
      at: instantText.nullable(),
    }),
  ),
});

/** Since when each version counts, by version. */
export const timelineOutput = list(z.strictObject({ since: instantText, version: versionNumber }));

const shape = {
  schemaVersion,
  outcome: z.enum(['bound', 'already-bound', 'refused', 'withdrawn', 'planned']),
  dryRun: z.boolean(),
  group: z.string(),
  eventType: z.string(),
  version: versionNumber,
  timeline: timelineOutput,
  decision,
  because: reasons,
  cautions: reasons,
  attempts: list(attempt),
  evidence,
};

/** What `baton bind` says: what became of the request, why, and on what evidence. */
export const bindOutput = withBoundTo(shape);
export type BindDocument = z.infer<z.ZodObject<typeof shape>> & BoundTo;

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
}: BindResult['attempts'][number]): BindDocument['attempts'][number] => ({
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
