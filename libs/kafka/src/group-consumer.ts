import { isBatonError } from '@baton/core';
import { type Clock, delay, type GroupMemberOptions } from '@baton/messaging';
import type { Consumer } from 'kafkajs';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { protocolErrorOf } from './errors';
import { rawBatchesRack } from './fetch-repair';
import { createGroupAssigner } from './group-assigner';
import { watchJoin } from './join-watch';
import type { JoinResponse } from './kafkajs-internals';

export interface GroupConsumerDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly clock: Clock;
}

export interface ConsumerCallbacks {
  /** Resolves once nothing is left to commit in the generation that ends, or after a limit. */
  readonly beforeJoin: () => Promise<void>;
  readonly joined: (response: JoinResponse) => void;
  readonly mayRestart: () => boolean;
}

/** The kafkajs consumer of one member, with a client of its own. */
export const createGroupConsumer = (
  { newClient, calls, clock }: GroupConsumerDeps,
  { group, topics, assignor, metadata, sessionTimeoutMs, heartbeatIntervalMs }: GroupMemberOptions,
  { beforeJoin, joined, mayRestart }: ConsumerCallbacks,
): Consumer =>
  newClient().consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    // a slow handler should finish its event before the others take over; the lease ends long before
    rebalanceTimeout: Math.max(2 * sessionTimeoutMs, 30_000),
    heartbeatInterval: heartbeatIntervalMs,
    maxWaitTimeInMs: 150,
    maxBytesPerPartition: 1_048_576,
    readUncommitted: false,
    allowAutoTopicCreation: false,
    rackId: rawBatchesRack,
    partitionAssigners: [
      createGroupAssigner({
        name: assignor.name,
        assign: assignor.assign,
        metadata,
        joining: (buffer) => watchJoin(buffer, { before: beforeJoin, joined }),
        partitionCount: (topic) =>
          calls.partitions(topic).then(
            (partitions) => partitions.length,
            (error) => {
              if (isBatonError(error, 'topic-missing')) return undefined;
              throw error;
            },
          ),
      }),
    ],
    retry: {
      initialRetryTime: 100,
      multiplier: 1.5,
      maxRetryTime: 2_000,
      retries: 8,
      restartOnFailure: async (error) =>
        mayRestart() && !(isTopicUnknown(error) && (await isAnyMissing({ calls, clock, topics }))),
    },
  });

/** What brokers say of a topic that is gone, and for a moment also of one whose leader they do not know yet. */
const isTopicUnknown = (error: unknown): boolean => protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';

const askAgainMs = 3_000;

/** Whether one of the topics is gone for good: brokers say so now, and still say so a little later. */
const isAnyMissing = async ({
  calls,
  clock,
  topics,
}: Pick<GroupConsumerDeps, 'calls' | 'clock'> & { readonly topics: readonly string[] }): Promise<boolean> => {
  const isMissing = async (topic: string): Promise<boolean> =>
    calls.partitions(topic).then(
      () => false,
      (error: unknown) => isBatonError(error, 'topic-missing'),
    );
  for (const topic of topics) {
    if (!(await isMissing(topic))) continue;
    await delay(clock, askAgainMs);
    if (await isMissing(topic)) return true;
  }
  return false;
};
