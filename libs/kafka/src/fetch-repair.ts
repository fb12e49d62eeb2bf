import { BatonError } from '@baton/core';
import type { FetchedBatch } from '@baton/messaging';
import { protocolErrorOf } from './errors';
import {
  batchOf,
  brokerAnswering,
  type FetchArgs,
  type RawAborted,
  type RawBatch,
  type RawFetchResponse,
  type RawMessage,
  type RawPartition,
  type RequestDefinition,
  requestTable,
} from './kafkajs-internals';
import { toFetchedBatch } from './raw-batches';

/**
 * The rack by which a consumer asks for raw batches; it never reaches the broker. Consumers without it, such as those
 * of other code in the same process, get what stock kafkajs gives them.
 */
export const rawBatchesRack = 'baton:raw-batches';

const repaired = Symbol.for('baton.fetch-repair');
const abortedOf = new WeakMap<readonly RawMessage[], readonly RawAborted[]>();
const controlRecords = new WeakSet<RawMessage>();

type RepairableDefinition = RequestDefinition<FetchArgs, RawFetchResponse> & { [repaired]?: true };

/**
 * Makes kafkajs hand raw batches to consumers of `rawBatchesRack`: it drops nothing, and batches of only control or
 * aborted records reach `eachBatch` too. Its own filter of aborted reads is wrong (it takes the broker's list, which
 * is in order of completion, for one in order of first offset, and any key of four zero bytes for a marker).
 */
export const installFetchRepair = (): void => {
  const definition: RepairableDefinition = requestTable().requests.Fetch;
  if (definition[repaired]) return;
  const stock = definition.protocol;
  definition.protocol = (version) => {
    const make = stock(version);
    return (args) => (args.rackId === rawBatchesRack ? makeRaw(make, args) : make(args));
  };
  definition[repaired] = true;
};

type MakeFetch = ReturnType<RepairableDefinition['protocol']>;

const makeRaw = (make: MakeFetch, args: FetchArgs): ReturnType<MakeFetch> => {
  const made = make({ ...args, rackId: '' });
  const parse = async (decoded: RawFetchResponse) => {
    const parsed = await made.response.parse(decoded).catch((error: unknown) => {
      throw protocolErrorOf(error) === 'OFFSET_OUT_OF_RANGE' ? outOfRange(error) : error;
    });
    for (const { partitions } of parsed.responses) partitions.forEach(setAside);
    return parsed;
  };
  return { ...made, response: { ...made.response, parse } };
};

/** kafkajs would begin anew at the earliest record and commit that, without a word; this error ends the consumer. */
const outOfRange = (error: unknown): BatonError => {
  const { topic, partition } = error as { topic?: string; partition?: number };
  return new BatonError(
    'data-lost-to-retention',
    `Expected the log of ${topic} partition ${partition} to hold the offset that is to be read next, but it does not: records were removed before they were read, or the topic was made anew. Decide what to do about them, then set the group's offset.`,
    { details: { topic, partition } },
  );
};

const setAside = (partition: RawPartition): void => {
  abortedOf.set(partition.messages, partition.abortedTransactions ?? []);
  partition.abortedTransactions = [];
  for (const message of partition.messages) {
    if (message.isControlRecord) {
      controlRecords.add(message);
      message.isControlRecord = false;
    }
  }
};

/** Reads what kafkajs gave to `eachBatch`, with what the repair set aside. */
export const fetchedBatchOf = (batch: RawBatch): FetchedBatch =>
  toFetchedBatch({
    topic: batch.topic,
    partition: batch.partition,
    fetchedOffset: batch.fetchedOffset,
    messages: batch.messages,
    aborted: abortedOf.get(batch.rawMessages) ?? [],
    isControl: (message) => controlRecords.has(message),
  });

/**
 * Runs a known bad sequence through the kafkajs that is loaded: two aborted transactions that overlap, listed in order
 * of completion, and a data record whose key looks like a marker. Throws `client-unsafe` if anything gets lost.
 */
export const assertFetchRepairLoaded = async (): Promise<void> => {
  const { responses } = (await brokerAnswering(knownBadSequence()).fetch({
    topics: [{ topic: 'check', partitions: [{ partition: 0, fetchOffset: '0', maxBytes: 1 }] }],
    rackId: rawBatchesRack,
  })) as RawFetchResponse;
  const partition = responses[0]?.partitions[0];
  const seen = partition && fetchedBatchOf(batchOf('check', '0', partition));
  const got = describe(seen);
  if (got !== expected) {
    throw new BatonError(
      'client-unsafe',
      `Expected the loaded kafkajs to hand over ${expected}, got ${got}. Aborted transactions could be delivered: let @baton/kafka load kafkajs 2.2.4 and nothing replace its request table.`,
    );
  }
};

const describe = (batch: FetchedBatch | undefined): string =>
  batch === undefined
    ? 'nothing'
    : [
        ...batch.records.map(({ offset, kind, transactionOf }) => `${offset}:${transactionOf}:${kind}`),
        ...batch.aborted.map(({ producerId, firstOffset }) => `aborted ${producerId} from ${firstOffset}`),
      ].join(' ');

const expected =
  '0:1:data 1:2:data 2:2:abort-marker 3:1:data 4:1:data 5:1:abort-marker 6:3:data 7:3:commit-marker ' +
  'aborted 2 from 1 aborted 1 from 0';

const knownBadSequence = (): RawFetchResponse => {
  const record = (offset: number, producerId: string, key: readonly number[], isControlRecord = false) => ({
    offset: String(offset),
    timestamp: '0',
    key: Buffer.from(key),
    value: Buffer.alloc(0),
    headers: {},
    isControlRecord,
    batchContext: { firstOffset: String(offset), lastOffsetDelta: 0, inTransaction: true, producerId },
  });
  const [abortKey, commitKey, otherKey] = [[0, 0, 0, 0], [0, 0, 0, 1], [65]] as const;
  const messages = [
    record(0, '1', otherKey),
    record(1, '2', otherKey),
    record(2, '2', abortKey, true),
    record(3, '1', abortKey),
    record(4, '1', otherKey),
    record(5, '1', abortKey, true),
    record(6, '3', otherKey),
    record(7, '3', commitKey, true),
  ];
  const abortedTransactions = [
    { producerId: '2', firstOffset: '1' },
    { producerId: '1', firstOffset: '0' },
  ];
  const partition = { partition: 0, errorCode: 0, highWatermark: '8', abortedTransactions, messages };
  return { responses: [{ topicName: 'check', partitions: [partition] }] };
};
