import { BatonError } from '@baton/core';
import type { FetchedBatch } from '@baton/messaging';
import { protocolErrorOf } from './errors';
import { decodeFetchResponse, oldestFetchVersion } from './fetch-response';
import {
  type FetchArgs,
  type RawBatch,
  type RawFetchResponse,
  type RequestDefinition,
  requestTable,
} from './kafkajs-internals';

/**
 * The rack by which a consumer asks for raw batches; it never reaches the broker. Consumers without it, such as those
 * of other code in the same process, get what stock kafkajs gives them.
 */
export const rawBatchesRack = 'baton:raw-batches';

const repaired = Symbol.for('baton.fetch-repair');

type RepairableDefinition = RequestDefinition<FetchArgs, RawFetchResponse> & { [repaired]?: true };

/**
 * Makes kafkajs hand raw batches to consumers of `rawBatchesRack`: it reads no record and drops nothing, and batches
 * of only control or aborted records reach `eachBatch` too. Its own filter of aborted reads is wrong (it takes the
 * broker's list, which is in order of completion, for one in order of first offset, and any key of four zero bytes for
 * a marker), and its reading of records costs more than all that is done with them.
 */
export const installFetchRepair = (): void => {
  const definition: RepairableDefinition = requestTable().requests.Fetch;
  if (definition[repaired]) return;
  const stock = definition.protocol;
  definition.protocol = (options) => {
    const make = stock(options);
    return (args) => (args.rackId === rawBatchesRack ? makeRaw(make, args, options.version) : make(args));
  };
  definition[repaired] = true;
};

type MakeFetch = ReturnType<RepairableDefinition['protocol']>;

const makeRaw = (make: MakeFetch, args: FetchArgs, version: number): ReturnType<MakeFetch> => {
  if (version < oldestFetchVersion) throw tooOld(version);
  const made = make({ ...args, rackId: '' });
  const decode = (payload: Buffer) => decodeFetchResponse(payload, version);
  const parse = (decoded: RawFetchResponse) =>
    made.response.parse(decoded).catch((error: unknown) => {
      throw protocolErrorOf(error) === 'OFFSET_OUT_OF_RANGE' ? outOfRange(error) : error;
    });
  return { ...made, response: { ...made.response, decode, parse } };
};

const tooOld = (version: number): BatonError =>
  new BatonError(
    'client-unsafe',
    `Expected brokers that answer fetches of version ${oldestFetchVersion} or newer, got ${version}: they know no transactions. Use Kafka 0.11 or newer.`,
  );

/** kafkajs would begin anew at the earliest record and commit that, without a word; this error ends the consumer. */
const outOfRange = (error: unknown): BatonError => {
  const { topic, partition } = error as { topic?: string; partition?: number };
  return new BatonError(
    'data-lost-to-retention',
    `Expected the log of ${topic} partition ${partition} to hold the offset that is to be read next, but it does not: records were removed before they were read, or the topic was made anew. Decide what to do about them, then set the group's offset.`,
    { details: { topic, partition } },
  );
};

/** What a fetch returned, in the port's form, from the offset on that was asked for. */
export const fetchedBatchOf = ({
  topic,
  partition,
  fetchedOffset: asked,
  messages: [set],
}: RawBatch): FetchedBatch => {
  const fetchedOffset = Number(asked);
  const { records, aborted } = set ?? nothing;
  return { topic, partition, fetchedOffset, records: records(fetchedOffset), aborted };
};

const nothing = { records: () => [], aborted: [] };
