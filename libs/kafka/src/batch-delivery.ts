import type { Clock, Generation, GroupListener } from '@baton/messaging';
import type { Batch, EachBatchPayload } from 'kafkajs';
import { protocolErrorOf } from './errors';
import { fetchedBatchOf } from './fetch-repair';
import type { RawBatch } from './kafkajs-internals';

export interface Delivering {
  readonly listener: GroupListener;
  readonly clock: Clock;
  readonly every: number;
  readonly generation: () => Generation | undefined;
}

/** Hands one batch over, keeps heartbeats going meanwhile, and tells kafkajs from where to fetch next. */
export const deliver = async (
  payload: EachBatchPayload,
  { listener, clock, every, generation }: Delivering,
): Promise<void> => {
  const batch = fetchedBatchOf(payload.batch as Batch & RawBatch);
  const began = generation();
  const stopHeartbeats = keepBeating(payload, { listener, clock, every, generation });
  try {
    const { nextOffset } = await listener.batch(batch);
    const owned = began?.assignment.get(batch.topic)?.includes(batch.partition) === true;
    if (nextOffset !== batch.fetchedOffset && owned && began.id === generation()?.id) {
      payload.resolveOffset(String(nextOffset - 1));
    }
  } finally {
    stopHeartbeats();
  }
};

const membershipEnds: ReadonlySet<string | undefined> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

const keepBeating = (
  payload: EachBatchPayload,
  { listener, clock, every, generation }: Delivering,
): (() => void) => {
  let stopped = false;
  let told = false;
  let cancel = () => {};
  const beat = async (): Promise<void> => {
    const before = generation()?.id;
    try {
      await payload.heartbeat();
    } catch (error) {
      // kafkajs meets the same error after the batch, and joins anew
      const ended = membershipEnds.has(protocolErrorOf(error));
      if (ended && !stopped && !told && before === generation()?.id) {
        told = true;
        void listener.rebalancing();
      }
    }
    if (!stopped) schedule();
  };
  const schedule = () => {
    cancel = clock.after(Math.max(1, every / 2), () => void beat());
  };
  schedule();
  return () => {
    stopped = true;
    cancel();
  };
};
