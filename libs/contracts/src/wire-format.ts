import { BatonError } from '@baton/core';

/** Bytes before the Avro data: magic byte 0 and the schema id, big-endian. */
export const wireHeaderLength = 5;

/** Writes the header of Confluent's wire format. */
export const writeWireHeader = (target: Buffer, schemaId: number): void => {
  target[0] = 0;
  target.writeUInt32BE(schemaId, 1);
};

/** Reads the schema id; throws `undecodable-message` if the bytes do not start with such a header. */
export const readSchemaId = (bytes: Uint8Array | null | undefined, what: string): number => {
  if (bytes === null || bytes === undefined) {
    throw undecodable(what, 'no value');
  }
  if (bytes.length < wireHeaderLength) {
    throw undecodable(what, `${bytes.length} bytes`);
  }
  if (bytes[0] !== 0) {
    throw undecodable(what, `a first byte of ${bytes[0]}`);
  }
  if (Buffer.isBuffer(bytes)) return bytes.readUInt32BE(1);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
};

const undecodable = (what: string, got: string): BatonError =>
  new BatonError(
    'undecodable-message',
    `${what}: expected a value in Confluent's wire format (byte 0, 4 bytes schema id, Avro), got ${got}. Find out who writes to this topic without the schema registry.`,
  );
