import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { batchBytes, flag, recordBytes } from './fetch-bytes';

const bytes = fc.uint8Array({ maxLength: 150 }).map((array) => Buffer.from(array));
const nullable = fc.option(bytes);
const anyName = fc.oneof(
  fc.constantFrom('ce_id', 'ce_time', 'ce_type', ''),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
);
/** kafkajs takes what every object has for headers that came before; see below for these. */
export const headerName = anyName.filter((one) => !(one in {}));
const headerValue = fc.oneof(
  fc.constantFrom('1.0', 'bench', '').map((text) => Buffer.from(text)),
  fc.string({ maxLength: 70 }).map((text) => Buffer.from(text)),
  nullable,
);
const record = fc.record({
  timestampDelta: fc.oneof(
    fc.integer({ min: -100, max: 100_000 }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
  ),
  gap: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 1_000 })),
  key: nullable,
  value: nullable,
  headers: fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }),
});
const batch = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 5 }),
  gap: fc.integer({ min: 0, max: 1_000 }),
  packed: fc.boolean(),
  flags: fc.constantFrom(0, flag.appendTime, flag.transactional, flag.transactional | flag.control),
  firstTimestamp: fc.bigInt({ min: -1n, max: 2n ** 42n }),
  newestTimestamp: fc.bigInt({ min: 1n, max: 2n ** 42n }),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }),
});
type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

/** One batch behind the other, the offsets of each behind those of the one before. */
const logOf = (batches: readonly Batch[], start: bigint): Buffer => {
  let firstOffset = start;
  const parts = batches.map(({ records, gap, packed, flags, ...times }) => {
    firstOffset += BigInt(gap);
    let offsetDelta = -1;
    const written = records.map(({ gap: step, ...parts }) => {
      offsetDelta += step;
      return recordBytes({ ...parts, offsetDelta });
    });
    const made = batchBytes({
      ...times,
      firstOffset,
      lastOffsetDelta: offsetDelta,
      records: written,
      attributes: flags | (packed ? flag.gzip : 0),
      ...(packed ? { pack: gzipSync } : {}),
    });
    firstOffset += BigInt(offsetDelta + 1);
    return made;
  });
  return Buffer.concat(parts);
};

/** What a partition may hold, as bytes. */
export const randomLog = fc
  .tuple(fc.array(batch, { maxLength: 3 }), fc.bigInt({ min: 0n, max: 2n ** 52n }))
  .map(([batches, start]) => logOf(batches, start));
