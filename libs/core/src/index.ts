export { withoutCredentials } from './credentials';
export {
  avroContentType,
  type Deprecation,
  dataSchemaOf,
  type Envelope,
  type Headers,
  hasEnvelope,
  headerNames,
  parseHeaders,
  toHeaders,
} from './envelope';
export { BatonError, type BatonErrorOptions, type ErrorCode, errorCodes, isBatonError } from './errors';
export {
  type DataByVersion,
  type DataOf,
  defineEventType,
  type EventKind,
  type EventType,
  eventTypeName,
  isEventTypeName,
  type NewestData,
  parseTopic,
  subjectOf,
  type Translation,
  topicOf,
  type VersionContract,
  versionsOf,
} from './event-type';
export { beginningOfTime, formatInstant, type Instant, instantFromMillis, parseInstant } from './instant';
export { type Decision, decide, responsibleVersion } from './rule';
export {
  bind,
  boundSince,
  defaultTimeline,
  extendsTimeline,
  lastSegment,
  type Segment,
  segmentIndexAt,
  type Timeline,
  timeline,
  versionAt,
} from './timeline';
export {
  formatPublishedVersions,
  type PublishedVersions,
  parsePublishedVersions,
  publishedVersions,
  type Version,
  version,
} from './version';
