import { formatInstant } from '@baton/core';
import type { OpenProposal, ProposalAnswer } from '../ports/bindings';
import type { Lane } from './lane';
import type { Lanes } from './lanes';
import type { RunContext } from './run-context';
import type { Subscription } from './types';

const answerRetryMs = 250;

interface Answering {
  readonly context: RunContext;
  readonly memberId: string;
  readonly lanes: Lanes;
  /** The proposals this member has answered, or is answering, in this generation. */
  readonly answered: Set<string>;
  readonly isOver: () => boolean;
}

/** Answers every open proposal that this member has not answered yet, by its member id. */
export const answerProposals = (answering: Answering): void => {
  const { context, answered } = answering;
  for (const subscription of context.subscriptions) {
    const { proposal } = context.bindings.of(subscription.eventType.name);
    if (proposal === undefined || answered.has(proposal.id)) continue;
    answered.add(proposal.id);
    void answerOne(answering, subscription, proposal);
  }
};

const answerOne = async (
  answering: Answering,
  subscription: Subscription,
  proposal: OpenProposal,
): Promise<void> => {
  const { context, memberId, answered, isOver } = answering;
  const { bindings, logger, clock, group } = context;
  try {
    const answer = await answerTo(answering, subscription, proposal);
    if (isOver()) return;
    await bindings.answer(proposal.id, memberId, answer);
    logger.info({ group, proposal: proposal.id, answer: answer.kind }, 'binding answered');
  } catch (error) {
    logger.warn({ group, proposal: proposal.id, err: error }, 'answer failed, trying again');
    clock.after(answerRetryMs, () => {
      answered.delete(proposal.id);
      if (!isOver()) answerProposals(answering);
    });
  }
};

/**
 * Acknowledges only if no record created at or after the instant lies below this member's position in any of its
 * partitions. Since it reads the proposal, the member passes no such record, so the answer stays true.
 */
const answerTo = async (
  { context, lanes }: Answering,
  { eventType, reads }: Subscription,
  { version, since }: OpenProposal,
): Promise<ProposalAnswer> => {
  if (!reads.includes(version)) {
    return { kind: 'refused', because: `this member reads only v${reads.join(', v')} of ${eventType.name}` };
  }
  const own = [...lanes.all()].filter((lane) => lane.subscription.eventType.name === eventType.name);
  for (const lane of own) {
    if (lane.newestPassed >= since || (await passedStampFrom(context, lane, since))) {
      return {
        kind: 'refused',
        because: `a record of ${lane.topic}/${lane.partition} created at or after ${formatInstant(since)} was passed already`,
      };
    }
  }
  const newest = context.newestTaken.get(eventType.name);
  if (newest !== undefined && newest >= since) {
    return {
      kind: 'refused',
      because: `a record of ${eventType.name} created at or after ${formatInstant(since)} was taken in hand already`,
    };
  }
  return { kind: 'acknowledged' };
};

const passedStampFrom = async ({ logOffsets }: RunContext, lane: Lane, since: number): Promise<boolean> => {
  // what an earlier member has done above its committed offset is passed too;
  // the position of before the question: what is passed meanwhile is older than the instant, and may lie past the end
  // that the answer reports where no record is stamped so late
  const position = Math.max(lane.position, lane.waiting.doneUpTo());
  const first = (await logOffsets.firstStampedFrom(lane.topic, since))[lane.partition];
  return first === undefined || first < position;
};
