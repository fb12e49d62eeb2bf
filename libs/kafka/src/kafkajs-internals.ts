import type { Broker, Cluster, Kafka, Batch as PublicBatch } from 'kafkajs';

/**
 * The parts of kafkajs 2.2.4 that its types leave out. The version is pinned exactly, and nothing else in this
 * package reaches below the public interface.
 */

/** A record as kafkajs decodes it from a record batch. */
export interface RawMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
  isControlRecord?: boolean;
  readonly batchContext?: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly inTransaction: boolean;
    readonly producerId: string;
  };
}

export interface RawAborted {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** One partition of a parsed fetch response. */
export interface RawPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset?: string;
  abortedTransactions?: readonly RawAborted[] | null;
  readonly messages: RawMessage[];
}

export interface RawFetchResponse {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly RawPartition[];
  }[];
}

/** What `eachBatch` really gets. */
export type RawBatch = PublicBatch & {
  readonly fetchedOffset: string;
  readonly messages: RawMessage[];
  readonly rawMessages: RawMessage[];
};

export interface RawProtocol<Response> {
  readonly request: { encode(): Promise<unknown> };
  readonly response: {
    decode(payload: Buffer): Promise<Response>;
    parse(decoded: Response): Promise<Response>;
  };
}

/** An entry of the table in which a broker looks up, at each call, how to write and read a request. */
export interface RequestDefinition<Args, Response> {
  versions: readonly string[];
  protocol: (options: { version: number }) => (args: Args) => RawProtocol<Response>;
}

export interface FetchArgs {
  readonly rackId?: string;
}

export interface ProduceArgs<SentMessage> {
  readonly transactionalId?: string;
  readonly producerId: unknown;
  readonly producerEpoch: number;
  readonly acks: number;
  readonly timeout: number;
  /** 0 or left out: none. */
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly SentMessage[];
    }[];
  }[];
}

export interface JoinArgs {
  readonly groupProtocols: readonly { readonly metadata?: Buffer }[];
}

export interface JoinResponse {
  readonly generationId: number;
  readonly memberId: string;
}

export type RawBroker = Broker & {
  findGroupCoordinator(request: { groupId: string; coordinatorType: number }): Promise<unknown>;
  listGroups(): Promise<RawGroupList>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: readonly { topic: string; partitions: readonly { partition: number; timestamp: number }[] }[];
  }): Promise<{
    responses: readonly {
      topic: string;
      partitions: readonly { partition: number; offset: string; timestamp?: string }[];
    }[];
  }>;
  offsetFetch(request: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<{
    responses: readonly {
      topic: string;
      partitions: readonly { partition: number; offset: string; metadata?: string | null }[];
    }[];
  }>;
};

export interface RawGroupList {
  readonly groups: readonly { readonly groupId: string; readonly protocolType: string }[];
}

export type RawCluster = Omit<Cluster, 'findBroker' | 'findGroupCoordinator'> & {
  findBroker(node: { nodeId: string }): Promise<RawBroker>;
  findGroupCoordinator(group: { groupId: string }): Promise<RawBroker>;
};

type Lookup = (apiKey: number, definition: unknown) => unknown;

/** The request table of the kafkajs that this process has loaded. */
export const requestTable = () =>
  require('kafkajs/src/protocol/requests') as {
    readonly requests: {
      readonly Fetch: RequestDefinition<FetchArgs, RawFetchResponse>;
      readonly Produce: RequestDefinition<ProduceArgs<unknown>, unknown>;
      readonly JoinGroup: RequestDefinition<JoinArgs, JoinResponse>;
    };
    readonly lookup: (versions: Record<number, { minVersion: number; maxVersion: number }>) => Lookup;
  };

/** The checksum of a record batch. */
export const crc32C = (bytes: Buffer): number =>
  (require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number)(bytes);

/** Makes a broker that answers every request with `decoded`, through kafkajs's own lookup and parsing. */
export const brokerAnswering = <Response>(decoded: Response): RawBroker => {
  const LoadedBroker = require('kafkajs/src/broker') as new (
    options: object,
  ) => RawBroker & {
    lookupRequest: Lookup;
  };
  const logger = { namespace: () => ({}) };
  const connectionPool = {
    host: 'none',
    port: 0,
    connectionTimeout: 1,
    send: async ({ response }: RawProtocol<Response>) => response.parse(decoded),
  };
  const broker = new LoadedBroker({ connectionPool, logger });
  broker.lookupRequest = requestTable().lookup({ 1: { minVersion: 0, maxVersion: 11 } });
  return broker;
};

/** The batch that kafkajs makes of one partition of a fetch response before it calls `eachBatch`. */
export const batchOf = (topic: string, fetchedOffset: string, partition: RawPartition): RawBatch => {
  const LoadedBatch = require('kafkajs/src/consumer/batch') as new (
    topic: string,
    fetchedOffset: string,
    partition: RawPartition,
  ) => RawBatch;
  return new LoadedBatch(topic, fetchedOffset, partition);
};

/** A connection to the cluster of its own, with the settings of `kafka`: kafkajs hands one to every assigner it makes. */
export const clusterOf = (kafka: Kafka): RawCluster => {
  const made: RawCluster[] = [];
  kafka.consumer({
    groupId: 'none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        made.push(cluster as RawCluster);
        return {
          name: 'none',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
        };
      },
    ],
  });
  const [cluster] = made;
  if (cluster === undefined) throw new Error('kafkajs made no cluster');
  return cluster;
};
