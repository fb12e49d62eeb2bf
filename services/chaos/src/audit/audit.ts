import type { WorkerLine } from '../history/lines';
import { checkCommits } from './check-commits';
import { checkEffects, type EffectFigures, effectFigures } from './check-effects';
import { checkHandlings, type Handling } from './check-handlings';
import { checkLetters } from './check-letters';
import { checkOrder } from './check-order';
import { checkOutbox, type OutboxFigures, outboxFigures } from './check-outbox';
import { checkTwins } from './check-twins';
import { committedMessages } from './committed';
import { checkLeaks, type Growth, growthOf } from './leaks';
import { recoverySamples } from './recovery';
import { decisionsOf } from './timelines';
import type { PartEvidence, Violation } from './types';

/** What the evidence of one part says. */
export interface PartAudit {
  readonly violations: readonly Violation[];
  readonly published: number;
  readonly handled: number;
  readonly redelivered: number;
  readonly changeovers: number;
  /** How often a partition waited for an older version. */
  readonly holds: number;
  readonly recovery: readonly number[];
  readonly growth: readonly Growth[];
  /** Absent where there was no database. */
  readonly edges?: OutboxFigures & { readonly effects: EffectFigures };
}

/** Judges one part by topics, control log and histories alone. */
export const auditPart = (evidence: PartEvidence): PartAudit => {
  const { workers, groups, faults, effects } = evidence;
  const messages = committedMessages(evidence.log);
  const { bindings, open } = decisionsOf(evidence.entries);
  const handlings = workers.filter(isHandling);
  const answered = workers.filter((line) => line.kind === 'publish-answered');
  const growth = growthOf(workers, faults);
  const ended = handlings.filter(({ kind }) => kind === 'handler-ended');
  const handled = new Set(ended.map(({ group, id }) => `${group} ${id}`)).size;
  const byEffects = new Set(groups.filter((one) => one.effects === 'inbox').map(({ group }) => group));
  const effectViolations = checkEffects({ ...evidence, messages, bindings });
  return {
    violations: [
      ...checkTwins(messages),
      ...checkHandlings({ groups, messages, handlings, answered, bindings }),
      ...checkOrder(handlings.filter(({ group }) => !byEffects.has(group))),
      ...checkOutbox(evidence, messages),
      ...effectViolations,
      ...checkLetters(evidence),
      ...unnoticed(evidence),
      ...checkCommits({ workers, messages, handlings, bindings }),
      ...stuck(evidence, open),
      ...checkLeaks(growth),
    ],
    published: new Set(messages.map(({ id }) => id)).size,
    handled,
    redelivered: ended.length - handled,
    changeovers: [...bindings.values()].reduce((sum, of) => sum + of.length - 1, 0),
    holds: workers.filter(({ kind }) => kind === 'held').length,
    recovery: recoverySamples(faults, groups, handlings),
    growth,
    ...(byEffects.size === 0
      ? {}
      : {
          edges: {
            ...outboxFigures(evidence, messages),
            effects: effectFigures(effects, effectViolations),
          },
        }),
  };
};

/** Accidents to topics that nobody said anything about. */
const unnoticed = ({ faults }: PartEvidence): readonly Violation[] =>
  faults
    .filter(({ fault }) => fault === 'accident-unnoticed')
    .map(({ target, note }) => ({ class: 'wrong', check: 'accidents-are-told', text: `${target}: ${note}` }));

const isHandling = (line: WorkerLine): line is Handling =>
  line.kind === 'handler-began' || line.kind === 'handler-ended';

const stuck = ({ undrained }: PartEvidence, open: readonly string[]): readonly Violation[] => [
  ...undrained.map(
    ({ group, topic, partition, committed, end }): Violation => ({
      class: 'stuck',
      check: 'drains-once-faults-stop',
      text: `${group}: ${topic}/${partition} is at ${committed ?? 'nothing'} of ${end}`,
    }),
  ),
  ...open.map(
    (stream): Violation => ({
      class: 'stuck',
      check: 'proposals-are-decided',
      text: `${stream}: a proposal is still open`,
    }),
  ),
];
