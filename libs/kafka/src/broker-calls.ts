import { BatonError, isBatonError } from '@baton/core';
import { type Clock, delay, type Logger, settleWithin } from '@baton/messaging';
import type { PartitionMetadata } from 'kafkajs';
import type { ClientFactory } from './client';
import { protocolErrorOf, type Reach, toBatonError, unreachable, withDeadline } from './errors';
import { clusterOf, type RawBroker, type RawCluster } from './kafkajs-internals';

/** Short requests to the cluster over one shared connection, repeated while a broker is away. */
export interface BrokerCalls {
  /** The partitions of a topic, ascending, asked from the broker. Throws `topic-missing`. */
  partitions(topic: string): Promise<readonly PartitionMetadata[]>;
  /** One offset for each partition: of the first record stored, the high watermark, or the first one stamped so. */
  offsets(topic: string, which: WhichOffset): Promise<readonly number[]>;
  /** Runs `call` against the coordinator of the group that `target` names, for at most its limit. */
  atCoordinator<T>(
    target: CoordinatorTarget,
    what: string,
    call: (broker: RawBroker) => Promise<T>,
  ): Promise<T>;
  /** Runs `call` with any connected broker. */
  anywhere<T>(what: string, call: (broker: RawBroker) => Promise<T>): Promise<T>;
  /** Runs `call` with every broker. */
  everywhere<T>(what: string, call: (broker: RawBroker) => Promise<T>): Promise<readonly T[]>;
  close(): Promise<void>;
}

export interface CoordinatorTarget {
  readonly group: string;
  readonly limitMs?: number;
}

export type WhichOffset = 'earliest' | 'end' | { readonly stampedFrom: number };

export interface BrokerCallsDeps {
  readonly newClient: ClientFactory;
  /** The addresses that the client was given, for errors. */
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long a call may take over all its attempts, before it rejects with `broker-unavailable`. */
  readonly limitMs?: number;
}

const timestampOf = (which: WhichOffset): number => {
  if (which === 'earliest') return -2;
  return which === 'end' ? -1 : which.stampedFrom;
};

const readUncommitted = 0;
const leadersKeptMs = 30_000;

/** Connects at the first call. */
export const createBrokerCalls = (deps: BrokerCallsDeps): BrokerCalls => {
  const { newClient, brokers, logger, clock, limitMs = 30_000 } = deps;
  const connection = createConnection(newClient);
  const leaders = new Map<string, { at: number; partitions: readonly PartitionMetadata[] }>();
  const coordinators = new Map<string, RawBroker>();

  const forget = async (used: Promise<RawCluster> | undefined, error: unknown): Promise<void> => {
    leaders.clear();
    coordinators.clear();
    await connection.renew(used, error);
  };

  const attempts = <T>(
    what: string,
    attempt: (cluster: RawCluster) => Promise<T>,
    ms = limitMs,
  ): Promise<T> => {
    let used: Promise<RawCluster> | undefined;
    const once = () => {
      used = connection.get();
      return used.then(attempt);
    };
    return retrying(once, {
      what,
      brokers,
      clock,
      limitMs: ms,
      logger,
      forget: (error) => forget(used, error),
    });
  };

  const partitionsOf = async (cluster: RawCluster, topic: string): Promise<readonly PartitionMetadata[]> => {
    const partitions = await readPartitions(cluster, topic);
    leaders.set(topic, { at: clock.now(), partitions });
    return partitions;
  };

  const leadersOf = async (cluster: RawCluster, topic: string): Promise<readonly PartitionMetadata[]> => {
    const known = leaders.get(topic);
    return known !== undefined && clock.now() - known.at < leadersKeptMs
      ? known.partitions
      : partitionsOf(cluster, topic);
  };

  const coordinatorOf = async (cluster: RawCluster, group: string): Promise<RawBroker> => {
    const known = coordinators.get(group);
    if (known?.isConnected()) return known;
    const found = await findCoordinator(cluster, group);
    coordinators.set(group, found);
    return found;
  };

  return {
    partitions: (topic) => attempts(`Reading topic ${topic}`, (cluster) => partitionsOf(cluster, topic)),
    offsets: (topic, which) =>
      attempts(`Reading offsets of ${topic}`, async (cluster) =>
        listOffsets(cluster, topic, { partitions: await leadersOf(cluster, topic), which }),
      ),
    atCoordinator: ({ group, limitMs: ms }, what, call) =>
      attempts(what, async (cluster) => call(await coordinatorOf(cluster, group)), ms),
    anywhere: (what, call) => attempts(what, async (cluster) => call(await connectedBroker(cluster))),
    everywhere: (what, call) =>
      attempts(what, async (cluster) => {
        const brokers = cluster.getNodeIds().map((nodeId) => cluster.findBroker({ nodeId: String(nodeId) }));
        return Promise.all(brokers.map(async (broker) => call(await broker)));
      }),
    close: () => connection.close(clock),
  };
};

/** One cluster connection that is opened when first needed, and opened anew after it was given up. */
const createConnection = (newClient: ClientFactory) => {
  let opening: Promise<RawCluster> | undefined;
  let closed = false;

  const open = async (): Promise<RawCluster> => {
    const cluster = clusterOf(newClient());
    try {
      await cluster.connect();
      await cluster.refreshMetadataIfNecessary();
    } catch (error) {
      await cluster.disconnect().catch(() => {});
      throw error;
    }
    return cluster;
  };

  const giveUp = async (): Promise<void> => {
    const given = opening;
    opening = undefined;
    await given?.then((cluster) => cluster.disconnect()).catch(() => {});
  };

  return {
    get: (): Promise<RawCluster> => {
      if (closed) {
        return Promise.reject(
          new BatonError('broker-unavailable', 'Expected an open connection, got one that was closed.'),
        );
      }
      opening ??= open();
      return opening;
    },
    /** Somebody else may have renewed what failed; then there is nothing to do. */
    renew: async (used: Promise<RawCluster> | undefined, error: unknown): Promise<void> => {
      if (used !== opening) return;
      if (protocolErrorOf(error) === undefined) await giveUp();
      else await opening?.then((cluster) => cluster.refreshMetadata()).catch(() => {});
    },
    close: async (clock: Clock): Promise<void> => {
      closed = true;
      await settleWithin(clock, 1_000, giveUp);
    },
  };
};

/** kafkajs says only that it found none; the broker says why, such as that we have no right to the group. */
const findCoordinator = async (cluster: RawCluster, group: string): Promise<RawBroker> => {
  try {
    return await cluster.findGroupCoordinator({ groupId: group });
  } catch (error) {
    const broker = await connectedBroker(cluster);
    await broker.findGroupCoordinator({ groupId: group, coordinatorType: 0 });
    throw error;
  }
};

const connectedBroker = async (cluster: RawCluster): Promise<RawBroker> => {
  for (const nodeId of cluster.getNodeIds()) {
    try {
      return await cluster.findBroker({ nodeId: String(nodeId) });
    } catch {
      // the next one may be up
    }
  }
  throw new BatonError('broker-unavailable', 'Expected a broker that accepts connections, got none.');
};

const readPartitions = async (cluster: RawCluster, topic: string): Promise<readonly PartitionMetadata[]> => {
  const metadata = await (await connectedBroker(cluster)).metadata([topic]);
  const found = metadata.topicMetadata.find((t) => t.topic === topic)?.partitionMetadata ?? [];
  return [...found].sort((a, b) => a.partitionId - b.partitionId);
};

const listOffsets = async (
  cluster: RawCluster,
  topic: string,
  { partitions, which }: { partitions: readonly PartitionMetadata[]; which: WhichOffset },
): Promise<readonly number[]> => {
  const timestamp = timestampOf(which);
  const byLeader = new Map<number, number[]>();
  for (const { leader, partitionId } of partitions) {
    byLeader.set(leader, [...(byLeader.get(leader) ?? []), partitionId]);
  }
  const offsets = new Array<number>(partitions.length).fill(0);
  await Promise.all(
    [...byLeader].map(async ([leader, ids]) => {
      const broker = await cluster.findBroker({ nodeId: String(leader) });
      const { responses } = await broker.listOffsets({
        replicaId: -1,
        isolationLevel: readUncommitted,
        topics: [{ topic, partitions: ids.map((partition) => ({ partition, timestamp })) }],
      });
      for (const { partition, offset } of responses[0]?.partitions ?? []) offsets[partition] = Number(offset);
    }),
  );
  return offsets;
};

interface Retrying extends Reach {
  readonly what: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly forget: (error: unknown) => Promise<void>;
}

const passing: ReadonlySet<string | undefined> = new Set([
  undefined,
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'REQUEST_TIMED_OUT',
  'NETWORK_EXCEPTION',
  'NOT_CONTROLLER',
]);

const retrying = async <T>(
  attempt: () => Promise<T>,
  { what, brokers, clock, limitMs, logger, forget }: Retrying,
): Promise<T> => {
  const deadline = clock.now() + limitMs;
  let reason: unknown;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      const ms = Math.max(1, deadline - clock.now());
      return await withDeadline(attempt(), { clock, ms, code: 'broker-unavailable', what });
    } catch (error) {
      const final = isBatonError(error) ? !error.retriable : !passing.has(protocolErrorOf(error));
      if (final) throw toBatonError(error, what);
      // what was cut off by the deadline says nothing new
      if (!isBatonError(error, 'broker-unavailable')) reason = error;
      if (clock.now() + pause >= deadline) {
        const answered = protocolErrorOf(error) !== undefined;
        throw answered ? toBatonError(error, what) : unreachable(what, { brokers, limitMs }, reason);
      }
      logger.debug({ error: String(error) }, `${what}: trying again`);
      await settleWithin(clock, 5_000, () => forget(error));
      await delay(clock, pause);
    }
  }
};
