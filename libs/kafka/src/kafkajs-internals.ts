import type { Socket } from 'node:net';
import type { AbortedTransaction, FetchedRecord } from '@baton/messaging';
import type { Broker, Cluster, Kafka } from 'kafkajs';

/**
 * The parts of kafkajs 2.2.4 that its types leave out. The version is pinned exactly, and nothing else in this
 * package reaches below the public interface.
 */

/** All that one fetch returned of one partition: kafkajs takes it for a single message, and hands it to `eachBatch`. */
export interface FetchedSet {
  /** Of the last record. */
  readonly offset: string;
  /** The records from `first` on, made as they are asked for. */
  readonly records: (first: number) => Iterable<FetchedRecord>;
  readonly aborted: readonly AbortedTransaction[];
}

/** One partition of a fetch response. */
export interface RawPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  /** Always empty, or kafkajs would filter. */
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  /** None or one. */
  readonly messages: readonly FetchedSet[];
}

export interface RawFetchResponse {
  readonly throttleTime: number;
  readonly clientSideThrottleTime?: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly RawPartition[];
  }[];
}

/** The part of a batch of kafkajs that is used here; `eachBatch` gets it beside what the types say. */
export interface RawBatch {
  readonly topic: string;
  readonly partition: number;
  readonly fetchedOffset: string;
  /** None or one. */
  readonly messages: readonly FetchedSet[];
}

/** A message as it was before record batches. */
export interface LegacyMessage {
  readonly offset: string;
  readonly timestamp?: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

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

/** One connection to a broker, over one socket after the other; its buffer holds what is no whole answer yet. */
export interface RawConnection {
  readonly socket?: Pick<Socket, 'removeAllListeners' | 'resume'>;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
  connect(): Promise<boolean>;
}

/** What all connections of the kafkajs that this process has loaded have in common. */
export const connectionPrototype = (): RawConnection =>
  (require('kafkajs/src/network/connection') as { readonly prototype: RawConnection }).prototype;

export interface AssignedTopic {
  readonly topic: string;
  readonly partitions: number[];
}

/** What every consumer of kafkajs keeps of its assignment; these are the methods of all of them. */
export interface SubscriptionState {
  assign(topics?: AssignedTopic[]): void;
  assigned(): AssignedTopic[];
}

export const subscriptionStates = (): SubscriptionState =>
  (require('kafkajs/src/consumer/subscriptionState') as { readonly prototype: SubscriptionState }).prototype;

/** The membership of one consumer. */
export interface ConsumerGroupPrototype {
  /** `null` from when the broker does not know the member any more until it has joined again. */
  readonly memberId?: string | null;
  heartbeat(options: { readonly interval: number }): Promise<void>;
}

/** What all memberships of the kafkajs that this process has loaded have in common. */
export const consumerGroupPrototype = (): ConsumerGroupPrototype =>
  (require('kafkajs/src/consumer/consumerGroup') as { readonly prototype: ConsumerGroupPrototype }).prototype;

/** The error with which a broker tells a member to join anew, under another id. */
export const unknownMember = (): Error =>
  (
    require('kafkajs/src/protocol/error') as { readonly createErrorFromCode: (code: number) => Error }
  ).createErrorFromCode(25);

/** The checksum of a record batch. */
export const crc32C = (bytes: Buffer): number =>
  (require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number)(bytes);

const compressionBits = 7;

/** How to unpack the records of a batch with these attributes; throws where kafkajs has no codec for it. */
export const unpackerOf = (attributes: number): ((bytes: Buffer) => Promise<Buffer>) | undefined => {
  if ((attributes & compressionBits) === 0) return undefined;
  const { lookupCodecByAttributes } = require('kafkajs/src/protocol/message/compression') as {
    readonly lookupCodecByAttributes: (
      attributes: number,
    ) => { decompress(bytes: Buffer): Promise<Buffer> } | null;
  };
  const codec = lookupCodecByAttributes(attributes);
  return codec === null ? undefined : (bytes) => codec.decompress(bytes);
};

/** Messages as they were before record batches: kafkajs reads them well enough. */
export const readLegacySet = (bytes: Buffer): Promise<readonly LegacyMessage[]> => {
  const read = require('kafkajs/src/protocol/messageSet/decoder') as (
    decoder: unknown,
    size: number,
  ) => Promise<readonly LegacyMessage[]>;
  const LoadedDecoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;
  return read(new LoadedDecoder(bytes), bytes.length);
};

/** Makes a broker that answers every request with `payload`, through kafkajs's own lookup and parsing. */
export const brokerAnswering = (payload: Buffer): RawBroker => {
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
    send: async ({ response }: RawProtocol<unknown>) => response.parse(await response.decode(payload)),
  };
  const broker = new LoadedBroker({ connectionPool, logger });
  broker.lookupRequest = requestTable().lookup({ 1: { minVersion: 0, maxVersion: 11 } });
  return broker;
};

/** The batch that kafkajs makes of one partition of a fetch response before it calls `eachBatch`. */
export const batchOf = (
  topic: string,
  fetchedOffset: string,
  partition: Pick<RawPartition, 'messages'>,
): RawBatch => {
  const LoadedBatch = require('kafkajs/src/consumer/batch') as new (
    topic: string,
    fetchedOffset: string,
    partition: Pick<RawPartition, 'messages'>,
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
