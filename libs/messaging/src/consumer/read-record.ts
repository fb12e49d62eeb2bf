import {
  BatonError,
  type Envelope,
  hasEnvelope,
  headerNames,
  instantFromMillis,
  parseHeaders,
  publishedVersions,
} from '@baton/core';
import type { FetchedRecord } from '../ports/records';
import type { Lane } from './lane';

const names: readonly string[] = Object.values(headerNames);

/**
 * The envelope of a record, from its headers alone. A record without any envelope was published before Baton: it
 * counts as published in its own version only, created at its timestamp. Throws `malformed-headers`.
 */
export const readEnvelope = (record: FetchedRecord, lane: Lane): Envelope => {
  const headers = textHeaders(record);
  const type = lane.subscription.eventType.name;
  if (!hasEnvelope(headers)) {
    return {
      id: `${lane.topic}-${lane.partition}-${record.offset}`,
      source: `/topics/${lane.topic}`,
      type,
      createdAt: instantFromMillis(record.timestamp),
      published: publishedVersions([lane.version]),
    };
  }
  const envelope = parseHeaders(headers, lane.version);
  if (envelope.type !== type) {
    throw new BatonError(
      'malformed-headers',
      `Expected ${headerNames.type} ${type} on ${lane.topic}, got "${envelope.type}". Mend the publisher of this topic.`,
    );
  }
  return envelope;
};

const textHeaders = ({ headers }: FetchedRecord): Record<string, string> => {
  const text: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' && !Buffer.isBuffer(value)) {
      throw new BatonError('malformed-headers', `Expected header ${name} once, got it several times.`);
    }
    text[name] = typeof value === 'string' ? value : value.toString('utf8');
  }
  return text;
};
