import { BatonError } from '@baton/core';
import {
  type Clock,
  type Generation,
  type GroupListener,
  type GroupMember,
  type GroupMemberFactory,
  type GroupMemberOptions,
  type Logger,
  settleWithin,
  type TopicPartition,
} from '@baton/messaging';
import type { Consumer } from 'kafkajs';
import { deliver } from './batch-delivery';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { toBatonError } from './errors';
import { assertFetchRepairLoaded } from './fetch-check';
import { createGroupConsumer } from './group-consumer';
import { listen, resumeAll } from './group-events';
import { commitOffsets, fetchCommitted } from './group-offsets';
import type { JoinResponse } from './kafkajs-internals';
import { createRestartPolicy } from './restart-policy';

export interface GroupMemberDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly clock: Clock;
  readonly logger: Logger;
}

const stopLimitMs = 10_000;
/** How long a join waits for the events in hand; the others of the group wait meanwhile. */
const beforeJoinLimitMs = 5_000;

/** Memberships on kafkajs. It joins, fetches and heartbeats; offsets are committed past it, by generation. */
export const createGroupMemberFactory =
  (deps: GroupMemberDeps): GroupMemberFactory =>
  (options) =>
    createGroupMember(deps, options);

/** What changes during one membership. */
interface Membership {
  state: 'new' | 'running' | 'stopping' | 'stopped';
  generation: Generation | undefined;
  joined: JoinResponse | undefined;
  listener: GroupListener | undefined;
}

const createGroupMember = (deps: GroupMemberDeps, options: GroupMemberOptions): GroupMember => {
  const { calls, clock } = deps;
  const { group } = options;
  const membership: Membership = {
    state: 'new',
    generation: undefined,
    joined: undefined,
    listener: undefined,
  };
  const restarts = createRestartPolicy(clock);
  let stopping: Promise<void> | undefined;

  const consumer = createGroupConsumer(deps, options, {
    beforeJoin: async () => {
      const { generation, listener } = membership;
      if (generation === undefined || listener === undefined) return;
      await settleWithin(clock, beforeJoinLimitMs, async () => listener.rebalancing());
    },
    joined: (response) => {
      membership.joined = response;
    },
    mayRestart: () => membership.state === 'running' && restarts.allow(),
  });

  const shutDown = (): Promise<void> =>
    settleWithin(clock, stopLimitMs, async () => {
      await consumer.stop();
      await consumer.disconnect();
    });

  return {
    start: async (listener) => {
      if (membership.state !== 'new') {
        throw new BatonError('invalid-argument', `Expected one start of a member of ${group}, got another.`);
      }
      membership.state = 'running';
      membership.listener = listener;
      await assertFetchRepairLoaded();
      await Promise.all(options.topics.map((topic) => calls.partitions(topic)));
      await calls.atCoordinator({ group }, `Finding the coordinator of group ${group}`, async () => {});
      follow(consumer, { deps, group, membership, listener, joined: restarts.joined, shutDown });
      try {
        await run(consumer, { deps, options, membership, listener });
      } catch (error) {
        await shutDown();
        throw toBatonError(error, `Joining group ${group}`);
      }
    },
    pause: (partitions) => onPartitions(consumer, 'pause', partitions),
    resume: (partitions) => onPartitions(consumer, 'resume', partitions),
    commit: async (generationId, offsets) => {
      const memberId = memberIdOf(membership, generationId, group);
      if (offsets.length > 0) {
        const committer = { group, memberId, generationId, limitMs: options.sessionTimeoutMs };
        await commitOffsets(calls, committer, offsets);
      }
    },
    committed: (partitions) => fetchCommitted(calls, group, partitions),
    stop: () => {
      membership.state = 'stopping';
      stopping ??= shutDown().then(() => {
        membership.state = 'stopped';
        membership.generation = undefined;
      });
      return stopping;
    },
  };
};

interface Following {
  readonly deps: GroupMemberDeps;
  readonly group: string;
  readonly membership: Membership;
  readonly listener: GroupListener;
  readonly joined: () => void;
  readonly shutDown: () => Promise<void>;
}

const follow = (
  consumer: Consumer,
  { deps, group, membership, listener, joined, shutDown }: Following,
): void => {
  listen(consumer, {
    clock: deps.clock,
    group,
    listener,
    generation: () => membership.generation,
    begin: (assignment, joinedAt) => {
      if (membership.state !== 'running' || membership.joined === undefined) {
        void shutDown();
        return;
      }
      const { generationId: id, memberId } = membership.joined;
      joined();
      resumeAll(consumer);
      membership.generation = { id, memberId, assignment, joinedAt };
      listener.joined(membership.generation);
    },
    crashed: (error) => {
      if (membership.state === 'running') listener.crashed(error);
    },
    lose: (how) => {
      if (membership.generation !== undefined) void listener.rebalancing();
      if (how === 'crash') membership.generation = undefined;
    },
  });
};

interface Running {
  readonly deps: GroupMemberDeps;
  readonly options: GroupMemberOptions;
  readonly membership: Membership;
  readonly listener: GroupListener;
}

const run = async (
  consumer: Consumer,
  { deps: { clock }, options, membership, listener }: Running,
): Promise<void> => {
  const generation = () => membership.generation;
  await consumer.connect();
  await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 64,
    eachBatch: (payload) =>
      deliver(payload, { listener, clock, generation, every: options.heartbeatIntervalMs }),
  });
};

const onPartitions = (
  consumer: Consumer,
  call: 'pause' | 'resume',
  partitions: readonly TopicPartition[],
): void => {
  if (partitions.length === 0) return;
  try {
    consumer[call](partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] })));
  } catch {
    // outside a run nothing is fetched, and the next join begins with everything resumed
  }
};

const memberIdOf = ({ state, generation }: Membership, generationId: number, group: string): string => {
  if (state === 'stopped' || generation?.id !== generationId) {
    throw new BatonError(
      'generation-ended',
      `Expected a commit in the current generation of group ${group} (${generation?.id ?? 'none'}), got one of generation ${generationId}. Nothing was stored; its records come again.`,
    );
  }
  return generation.memberId;
};
