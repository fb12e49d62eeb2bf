import { BatonError } from '@baton/core';
import type { FetchedBatch } from '@baton/messaging';
import { ByteWriter } from './byte-writer';
import { fetchedBatchOf, rawBatchesRack } from './fetch-repair';
import { batchOf, brokerAnswering, type RawFetchResponse } from './kafkajs-internals';

/**
 * Runs a known bad sequence through the kafkajs that is loaded: two aborted transactions that overlap, listed in order
 * of completion, and a data record whose key looks like a marker. Throws `client-unsafe` if anything gets lost.
 */
export const assertFetchRepairLoaded = async (): Promise<void> => {
  const got = await describeAnswer().catch((error: unknown) => String(error));
  if (got !== expected) {
    throw new BatonError(
      'client-unsafe',
      `Expected the loaded kafkajs to hand over ${expected}, got ${got}. Aborted transactions could be delivered: let @baton/kafka load kafkajs 2.2.4 and nothing replace its request table.`,
    );
  }
};

const describeAnswer = async (): Promise<string> => {
  const { responses } = (await brokerAnswering(knownBadSequence()).fetch({
    topics: [{ topic: 'check', partitions: [{ partition: 0, fetchOffset: '0', maxBytes: 1 }] }],
    rackId: rawBatchesRack,
  })) as RawFetchResponse;
  const partition = responses[0]?.partitions[0];
  return partition === undefined ? 'nothing' : describe(fetchedBatchOf(batchOf('check', '0', partition)));
};

const describe = ({ records, aborted }: FetchedBatch): string =>
  [
    ...[...records].map(({ offset, kind, transactionOf }) => `${offset}:${transactionOf}:${kind}`),
    ...aborted.map(({ producerId, firstOffset }) => `aborted ${producerId} from ${firstOffset}`),
  ].join(' ');

const expected =
  '0:1:data 1:2:data 2:2:abort-marker 3:1:data 4:1:data 5:1:abort-marker 6:3:data 7:3:commit-marker ' +
  'aborted 2 from 1 aborted 1 from 0';

/** A fetch response of version 11. */
const knownBadSequence = (): Buffer => {
  const out = new ByteWriter(2_048);
  for (const zero of [0, 0]) out.int32(zero); // throttle time, error code and session
  out.int16(0);
  out.int32(1);
  out.text('check');
  out.int32(1);
  out.int32(0); // partition
  out.int16(0);
  for (const end of [8n, 8n, 0n]) out.int64(end);
  out.int32(2);
  for (const part of [2n, 1n, 1n, 0n]) out.int64(part);
  out.int32(-1); // preferred replica
  const size = out.position();
  out.int32(0);
  const [abort, commit, other] = [[0, 0, 0, 0], [0, 0, 0, 1], [65]] as const;
  writeRecord(out, 0, 1, other);
  writeRecord(out, 1, 2, other);
  writeRecord(out, 2, 2, abort, control);
  writeRecord(out, 3, 1, abort);
  writeRecord(out, 4, 1, other);
  writeRecord(out, 5, 1, abort, control);
  writeRecord(out, 6, 3, other);
  writeRecord(out, 7, 3, commit, control);
  out.patchInt32(size, out.position() - size - 4);
  return out.written();
};

const [transactional, control] = [16, 32];

/** A batch of one record of a transaction. */
const writeRecord = (
  out: ByteWriter,
  ...[offset, producer, key, flags = 0]: readonly [number, number, readonly number[], number?]
): void => {
  out.int64(BigInt(offset));
  const length = out.position();
  out.int32(0);
  out.int32(0);
  out.int8(2);
  out.int32(0); // kafkajs looks at no checksum
  out.int16(transactional | flags);
  out.int32(0);
  for (const part of [0n, 0n, BigInt(producer)]) out.int64(part);
  out.int16(0);
  out.int32(0);
  out.int32(1);
  const start = out.position();
  out.int8(0);
  for (const delta of [0, 0]) out.varint(delta);
  out.varBytes(Uint8Array.from(key));
  out.varBytes(new Uint8Array());
  out.varint(0);
  out.lengthBefore(start);
  out.patchInt32(length, out.position() - length - 4);
};
