import type { OutgoingRecord } from '@baton/messaging';
import { ByteWriter } from './byte-writer';
import { crc32C, type ProduceArgs, type RequestDefinition, requestTable } from './kafkajs-internals';

/** A message of a producer of this package: no part is missing, so it can be written straight into the request. */
export class WholeMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly partition: number;
  readonly headers: Record<string, string>;
  readonly timestamp: string;

  constructor({ key, value, partition, headers, timestamp }: OutgoingRecord) {
    this.key = key;
    this.value = value;
    this.partition = partition;
    this.headers = headers;
    this.timestamp = String(timestamp);
  }
}

type WholeArgs = ProduceArgs<WholeMessage>;
type WholeBatch = WholeArgs['topicData'][number]['partitions'][number];

const installed = Symbol.for('baton.produce-request');
type ReplaceableDefinition = RequestDefinition<ProduceArgs<unknown>, unknown> & { [installed]?: true };

/**
 * Makes kafkajs write requests that hold nothing but whole messages in one pass, to the same bytes. Its own way makes
 * a buffer of 512 bytes for each header of each record, which costs most of a publisher's processor time. Messages of
 * other code in the same process are written as ever.
 */
export const installProduceRequest = (): void => {
  const definition: ReplaceableDefinition = requestTable().requests.Produce;
  if (definition[installed]) return;
  const stock = definition.protocol;
  definition.protocol = (options) => {
    const make = stock(options);
    if (options.version < oldestWithRecordBatches) return make;
    return (args) => {
      const made = make(args);
      if (!isWhole(args)) return made;
      return { ...made, request: { ...made.request, encode: async () => encodeProduce(args) } };
    };
  };
  definition[installed] = true;
};

const oldestWithRecordBatches = 3;

const isWhole = (args: ProduceArgs<unknown>): args is WholeArgs =>
  !args.compression &&
  args.topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every((message) => message instanceof WholeMessage)),
  );

/** What kafkajs takes for one of its encoders. */
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

const usualRecordBytes = 640;

const encodeProduce = (args: WholeArgs): Encoded => {
  const batches = args.topicData.flatMap(({ partitions }) => partitions);
  const records = batches.reduce((sum, { messages }) => sum + messages.length, 1);
  const out = new ByteWriter(records * usualRecordBytes);
  if (args.transactionalId === undefined) out.int16(-1);
  else out.text(args.transactionalId);
  out.int16(args.acks);
  out.int32(args.timeout);
  out.int32(args.topicData.length);
  for (const { topic, partitions } of args.topicData) {
    out.text(topic);
    out.int32(partitions.length);
    for (const batch of partitions) {
      out.int32(batch.partition);
      const size = out.position();
      out.int32(0);
      writeBatch(out, args, batch);
      out.patchInt32(size, out.position() - size - 4);
    }
  }
  const buffer = out.written();
  return { buf: buffer, buffer };
};

const magic = 2;
const transactionalBit = 16;

/** A record batch: https://kafka.apache.org/documentation/#recordbatch */
const writeBatch = (
  out: ByteWriter,
  { transactionalId, producerId, producerEpoch }: WholeArgs,
  { messages, firstSequence }: WholeBatch,
): void => {
  const timestamps = messages.map(({ timestamp }) => Number(timestamp));
  const first = timestamps.reduce((a, b) => Math.min(a, b));
  const newest = timestamps.reduce((a, b) => Math.max(a, b));
  out.int64(0n);
  const length = out.position();
  out.int32(0);
  out.int32(0);
  out.int8(magic);
  const checksum = out.position();
  out.int32(0);
  out.int16(transactionalId ? transactionalBit : 0);
  out.int32(messages.length - 1);
  out.int64(BigInt(first));
  out.int64(BigInt(newest));
  out.int64(BigInt(String(producerId)));
  out.int16(producerEpoch);
  out.int32(firstSequence);
  out.int32(messages.length);
  messages.forEach((message, i) => {
    writeRecord(out, message, { offset: i, timestamp: (timestamps[i] ?? first) - first });
  });
  out.patchInt32(length, out.position() - length - 4);
  out.patchInt32(checksum, crc32C(out.written(checksum + 4)) | 0);
};

const writeRecord = (
  out: ByteWriter,
  { key, value, headers }: WholeMessage,
  delta: { readonly offset: number; readonly timestamp: number },
): void => {
  const start = out.position();
  out.int8(0);
  out.varint(delta.timestamp);
  out.varint(delta.offset);
  out.varText(key);
  out.varBytes(value);
  const names = Object.keys(headers);
  out.varint(names.length);
  for (const name of names) {
    out.varText(name);
    out.varText(headers[name] ?? '');
  }
  out.lengthBefore(start);
};
