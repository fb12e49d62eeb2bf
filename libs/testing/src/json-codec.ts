import type { EventCodec } from '@baton/contracts';
import { BatonError } from '@baton/core';

/** A codec that writes JSON and counts what it reads. */
export interface JsonCodec extends EventCodec {
  /** How many values were decoded. */
  decoded(): number;
  /** The next `times` decodes end like one whose schema the registry does not know. */
  forgetSchema(times: number): void;
}

/** Makes a codec without schemas, for tests that are about something else. */
export const createJsonCodec = (): JsonCodec => {
  let decoded = 0;
  let unknown = 0;
  return {
    prepare: async () => {},
    encode: (eventType, version, data) => {
      if (data === undefined || data === null)
        throw new BatonError('invalid-data', `${eventType.name} v${version}: expected data, got nothing.`);
      return Buffer.from(JSON.stringify(data));
    },
    revisionOf: () => 1,
    decode: (eventType, version, bytes) => {
      decoded += 1;
      if (unknown > 0) {
        unknown -= 1;
        const error = new BatonError('unknown-schema-id', `${eventType.name} v${version}: unknown schema.`);
        return Promise.reject(error);
      }
      return JSON.parse(Buffer.from(bytes ?? []).toString('utf8'));
    },
    decoded: () => decoded,
    forgetSchema: (times) => {
      unknown = times;
    },
  };
};
