import { BatonError } from './errors';
import { subjectOf } from './event-type';
import { formatInstant, type Instant, parseInstant } from './instant';
import {
  formatPublishedVersions,
  type PublishedVersions,
  parsePublishedVersions,
  type Version,
} from './version';

/** Everything about an event but its payload. Equal on all twins; stamped once, kept through every resend. */
export interface Envelope {
  /** Unique within `source`; (source, id) is the identity of the event. */
  readonly id: string;
  readonly source: string;
  /** The event type without version. */
  readonly type: string;
  /** When the message was created, by its publisher, in UTC milliseconds. Equal to the record timestamp. */
  readonly createdAt: Instant;
  readonly published: PublishedVersions;
  readonly traceparent?: string;
  /** Only on messages of a deprecated version: the one part that differs between twins. */
  readonly deprecation?: Deprecation;
}

/** What a message says of its own version, if that is deprecated (CloudEvents deprecation extension). */
export interface Deprecation {
  readonly since: Instant;
  /** The deadline: when the version may stop at the earliest. */
  readonly sunset: Instant;
  /** The topic of the version to move to. */
  readonly successor: string;
}

/** Message headers as text, by name. */
export type Headers = Readonly<Record<string, string>>;

export const headerNames = {
  specVersion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  dataSchema: 'ce_dataschema',
  publishedVersions: 'ce_publishedversions',
  contentType: 'content-type',
  traceparent: 'traceparent',
  deprecated: 'ce_deprecated',
  deprecatedFrom: 'ce_deprecatedfrom',
  deprecatedSunset: 'ce_deprecatedsunset',
  deprecatedMigration: 'ce_deprecatedmigration',
} as const;

type HeaderName = (typeof headerNames)[keyof typeof headerNames];

/** The content type of Confluent's wire format with Avro. */
export const avroContentType = 'application/vnd.confluent.avro';

/** Where the registry keeps a revision of a version's schema, as a URI reference: `/subjects/S/versions/R`. */
export const dataSchemaOf = (eventType: string, version: Version, revision: number): string =>
  `/subjects/${subjectOf(eventType, version)}/versions/${revision}`;

/** Writes an envelope as CloudEvents 1.0 headers (Kafka binary mode) of the twin of version `own`. */
export const toHeaders = (envelope: Envelope, dataSchema: string): Headers => {
  // names written out, and no spread: this runs for each twin, and computed names take several times as long
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_source: envelope.source,
    ce_type: envelope.type,
    ce_time: formatInstant(envelope.createdAt),
    ce_dataschema: dataSchema,
    ce_publishedversions: formatPublishedVersions(envelope.published),
    'content-type': avroContentType,
  } satisfies Partial<Record<HeaderName, string>>;
  if (envelope.traceparent !== undefined) headers[headerNames.traceparent] = envelope.traceparent;
  if (envelope.deprecation !== undefined) Object.assign(headers, deprecationHeaders(envelope.deprecation));
  return headers;
};

const deprecationHeaders = ({ since, sunset, successor }: Deprecation): Headers => ({
  [headerNames.deprecated]: 'true',
  [headerNames.deprecatedFrom]: formatInstant(since),
  [headerNames.deprecatedSunset]: formatInstant(sunset),
  [headerNames.deprecatedMigration]: successor,
});

/** Whether a message was published by Baton or any other CloudEvents source that states its published versions. */
export const hasEnvelope = (headers: Headers): boolean =>
  headers[headerNames.publishedVersions] !== undefined || headers[headerNames.specVersion] !== undefined;

/**
 * Reads the envelope of a message that was found on the topic of version `own`. Throws `malformed-headers` if a
 * header is missing or unreadable, or if the published versions leave out the version the message is.
 */
export const parseHeaders = (headers: Headers, own: Version): Envelope => {
  const published = parsePublishedVersions(required(headers, headerNames.publishedVersions));
  if (!published.includes(own)) {
    throw malformed(`published versions that name ${own}, the version of this topic`, published.join(','));
  }
  const specVersion = required(headers, headerNames.specVersion);
  if (specVersion !== '1.0') throw malformed(`${headerNames.specVersion} 1.0`, specVersion);
  const traceparent = headers[headerNames.traceparent];
  const deprecation = readDeprecation(headers);
  const envelope = {
    id: required(headers, headerNames.id),
    source: required(headers, headerNames.source),
    type: required(headers, headerNames.type),
    createdAt: parseTime(required(headers, headerNames.time)),
    published,
  };
  // most have neither, and copying costs more than all the rest
  if (traceparent === undefined && deprecation === undefined) return envelope;
  return {
    ...envelope,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(deprecation === undefined ? {} : { deprecation }),
  };
};

/** Nothing is decided by it, so a deprecation that is incomplete or unreadable counts as none. */
const readDeprecation = (headers: Headers): Deprecation | undefined => {
  const successor = headers[headerNames.deprecatedMigration];
  if (headers[headerNames.deprecated] !== 'true' || successor === undefined) return undefined;
  try {
    const since = parseTime(required(headers, headerNames.deprecatedFrom));
    const sunset = parseTime(required(headers, headerNames.deprecatedSunset));
    return { since, sunset, successor };
  } catch {
    return undefined;
  }
};

const required = (headers: Headers, name: string): string => {
  const value = headers[name];
  if (value === undefined || value === '') throw malformed(`header ${name}`, 'none');
  return value;
};

const parseTime = (text: string): Instant => {
  try {
    return parseInstant(text);
  } catch {
    throw malformed(`${headerNames.time} such as 2026-12-01T00:00:00.000Z`, text);
  }
};

const malformed = (expected: string, got: string): BatonError =>
  new BatonError(
    'malformed-headers',
    `Expected ${expected}, got "${got}". Mend the publisher of this topic.`,
  );
