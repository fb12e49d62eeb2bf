import { isBatonError } from '@baton/core';
import type { GroupMemberOptions } from '@baton/messaging';
import type { Consumer } from 'kafkajs';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { rawBatchesRack } from './fetch-repair';
import { createGroupAssigner } from './group-assigner';
import { watchJoin } from './join-watch';
import type { JoinResponse } from './kafkajs-internals';

export interface GroupConsumerDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
}

export interface ConsumerCallbacks {
  /** Resolves once nothing is left to commit in the generation that ends, or after a limit. */
  readonly beforeJoin: () => Promise<void>;
  readonly joined: (response: JoinResponse) => void;
  readonly mayRestart: () => boolean;
}

/** The kafkajs consumer of one member, with a client of its own. */
export const createGroupConsumer = (
  { newClient, calls }: GroupConsumerDeps,
  { group, assignor, metadata, sessionTimeoutMs, heartbeatIntervalMs }: GroupMemberOptions,
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
      restartOnFailure: async () => mayRestart(),
    },
  });
