import fc from 'fast-check';
import { createFrameSplitter, type Piece } from './frame-splitter';

const frame = (payload: Buffer): Buffer => {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(payload.length);
  return Buffer.concat([prefix, payload]);
};

const pushAll = (chunks: readonly Buffer[], wholeUpTo?: number): Piece[] => {
  const splitter = createFrameSplitter(wholeUpTo);
  return chunks.flatMap((chunk) => [...splitter.push(chunk)]);
};

const payloads = fc.array(
  fc.uint8Array({ minLength: 4, maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

/** A stream cut at any places, also inside a length. */
const chunked = fc.tuple(payloads, fc.array(fc.nat({ max: 400 }), { maxLength: 12 })).map(([all, cuts]) => {
  const stream = Buffer.concat(all.map(frame));
  const places = [0, ...cuts.filter((at) => at < stream.length).sort((a, b) => a - b), stream.length];
  return { all, chunks: places.slice(1).map((end, index) => stream.subarray(places[index], end)) };
});

describe('the splitter of frames', () => {
  it('gives every frame back whole, however the stream was split and merged', () => {
    fc.assert(
      fc.property(chunked, ({ all, chunks }) => {
        const pieces = pushAll(chunks);
        expect(pieces.map(({ bytes }) => Buffer.from(bytes))).toEqual(all.map(frame));
        expect(pieces.every(({ first, last }) => first && last)).toBe(true);
      }),
    );
  });

  it('gives a long frame in pieces that make up the same bytes, the first of them long enough', () => {
    fc.assert(
      fc.property(chunked, ({ all, chunks }) => {
        const pieces = pushAll(chunks, 20);
        expect(Buffer.concat(pieces.map(({ bytes }) => bytes))).toEqual(Buffer.concat(all.map(frame)));
        expect(pieces.filter(({ first }) => first)).toHaveLength(all.length);
        expect(pieces.filter(({ last }) => last)).toHaveLength(all.length);
        const starts = pieces.filter(({ first }) => first).map(({ bytes }) => bytes.length);
        expect(starts).toEqual(all.map((payload, index) => startOf(payload, starts[index])));
      }),
    );
  });

  it('keeps no more of a huge frame than it must', () => {
    const splitter = createFrameSplitter(1_000);
    const start = Buffer.alloc(600);
    start.writeInt32BE(2_000_000_000);
    expect(splitter.push(start)).toEqual([]);
    const kept = splitter.push(Buffer.alloc(400));
    expect(kept.map(({ bytes }) => bytes.length)).toEqual([1_000]);
    for (let pushed = 0; pushed < 10; pushed += 1)
      expect(splitter.push(Buffer.alloc(50_000)).map(({ bytes }) => bytes.length)).toEqual([50_000]);
  });

  it.each([-1, 0, 3])('refuses %d as the length of a frame', (length) => {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(length);
    expect(() => pushAll([bytes])).toThrow(/Expected the length of a Kafka frame/);
  });
});

/** The shortest first piece that is allowed: the whole frame, or twenty bytes and what came with them. */
const startOf = (payload: Buffer, got = 0): number => {
  const total = payload.length + 4;
  return total <= 20 ? total : Math.min(total, Math.max(20, got));
};
