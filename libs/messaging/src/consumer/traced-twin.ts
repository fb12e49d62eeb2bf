import type { Envelope } from '@baton/core';
import type { TracedTwin } from '../ports/tracing';
import type { Delivery } from './delivery';

/** What the spans of a group say of a record. */
export const tracedTwin = (
  group: string,
  { track, record, version }: Pick<Delivery, 'track' | 'record' | 'version'>,
  { id, source, type, traceparent }: Envelope,
): TracedTwin => ({
  group,
  id,
  source,
  type,
  topic: track.topic,
  partition: track.partition,
  offset: record.offset,
  version,
  ...(traceparent === undefined ? {} : { traceparent }),
});
