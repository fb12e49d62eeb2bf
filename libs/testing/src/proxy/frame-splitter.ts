import { BatonError } from '@baton/core';

/** A frame, or a part of one too long to be kept in memory. The first piece starts with the frame's length. */
export interface Piece {
  readonly bytes: Buffer;
  readonly first: boolean;
  readonly last: boolean;
}

export interface FrameSplitter {
  /** The pieces that are complete with this chunk; throws `invalid-data` where the bytes are no Kafka frames. */
  push(chunk: Buffer): readonly Piece[];
}

const lengthBytes = 4;
/** The shortest payload is a response of nothing but its correlation id. */
const shortestPayload = 4;

/**
 * Cuts a stream into Kafka frames, however it was split or merged on its way. A frame of up to `wholeUpTo` bytes is
 * one piece; of a longer one at least so much comes first, and the rest as it arrives.
 */
export const createFrameSplitter = (wholeUpTo = 65_536): FrameSplitter => {
  let parts: Buffer[] = [];
  let gathered = 0;
  /** Length of the frame being gathered, with its prefix; unknown before the prefix is there. */
  let total: number | undefined;
  /** What is still to come of a frame whose first piece was given away. */
  let rest = 0;

  const gatheredBytes = (): Buffer => {
    const [only] = parts;
    const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
    parts = [bytes];
    return bytes;
  };
  const gather = (chunk: Buffer): void => {
    if (chunk.length === 0) return;
    parts.push(chunk);
    gathered += chunk.length;
  };
  const nextFirst = (): Piece | undefined => {
    if (total === undefined && gathered >= lengthBytes) total = totalOf(gatheredBytes());
    if (total === undefined || gathered < Math.min(total, wholeUpTo)) return undefined;
    const bytes = gatheredBytes();
    const piece = bytes.subarray(0, Math.min(total, bytes.length));
    rest = total - piece.length;
    parts = [];
    gathered = 0;
    gather(bytes.subarray(piece.length));
    total = undefined;
    return { bytes: piece, first: true, last: rest === 0 };
  };

  return {
    push: (chunk) => {
      const pieces: Piece[] = [];
      const continued = chunk.subarray(0, rest);
      if (continued.length > 0) {
        rest -= continued.length;
        pieces.push({ bytes: continued, first: false, last: rest === 0 });
      }
      gather(chunk.subarray(continued.length));
      for (let piece = nextFirst(); piece !== undefined; piece = nextFirst()) pieces.push(piece);
      return pieces;
    },
  };
};

const totalOf = (bytes: Buffer): number => {
  const payload = bytes.readInt32BE(0);
  if (payload >= shortestPayload) return lengthBytes + payload;
  throw new BatonError(
    'invalid-data',
    `Expected the length of a Kafka frame, got ${payload}. Connect only Kafka clients without TLS through the proxy.`,
  );
};
