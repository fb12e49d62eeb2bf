import {
  BatonError,
  type Envelope,
  hasEnvelope,
  headerNames,
  instantFromMillis,
  parseHeaders,
  publishedVersions,
  type Version,
} from '@baton/core';
import type { FetchedRecord, TopicPartition } from '../ports/records';

const names: readonly string[] = Object.values(headerNames);
/** What describes the value, and no part of the envelope. */
const unused: ReadonlySet<string> = new Set([headerNames.contentType, headerNames.dataSchema]);

/** Where a message was read first. */
export interface ReadPlace extends TopicPartition {
  readonly eventType: string;
  readonly version: Version;
}

/**
 * The envelope of a record, from its headers alone. A record without any envelope was published before Baton: it
 * counts as published in its own version only, created at its timestamp. Throws `malformed-headers`.
 */
export const readEnvelope = (
  record: Pick<FetchedRecord, 'headers' | 'offset' | 'timestamp'>,
  { topic, partition, eventType: type, version }: ReadPlace,
): Envelope => {
  const headers = textHeaders(record);
  if (!hasEnvelope(headers)) {
    return {
      id: `${topic}-${partition}-${record.offset}`,
      source: `/topics/${topic}`,
      type,
      createdAt: instantFromMillis(record.timestamp),
      published: publishedVersions([version]),
    };
  }
  const envelope = parseHeaders(headers, version);
  if (envelope.type !== type) {
    throw new BatonError(
      'malformed-headers',
      `Expected ${headerNames.type} ${type} on ${topic}, got "${envelope.type}". Mend the publisher of this topic.`,
    );
  }
  return envelope;
};

const textHeaders = ({ headers }: Pick<FetchedRecord, 'headers'>): Record<string, string> => {
  const text: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value === undefined) continue;
    // of several trace contexts none counts, and nothing else depends on them
    if (name === headerNames.traceparent && Array.isArray(value)) continue;
    if (typeof value !== 'string' && !Buffer.isBuffer(value)) {
      throw new BatonError('malformed-headers', `Expected header ${name} once, got it several times.`);
    }
    if (unused.has(name)) continue;
    text[name] = typeof value === 'string' ? value : value.toString();
  }
  return text;
};
