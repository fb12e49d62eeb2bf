import { headerNames, instantFromMillis, publishedVersions, toHeaders, version } from '@baton/core';
import { readEnvelope } from './read-record';

const place = {
  topic: 'lending.BooksBorrowed.v1',
  partition: 0,
  eventType: 'lending.BooksBorrowed',
  version: version(1),
};
const envelope = {
  id: 'e1',
  source: 'lending',
  type: 'lending.BooksBorrowed',
  createdAt: instantFromMillis(1_000),
  published: publishedVersions([1, 2]),
};
const headers = toHeaders(envelope, '/subjects/lending.BooksBorrowed.v1-value/versions/1');
const read = (more: Readonly<Record<string, string | string[]>>) =>
  readEnvelope({ offset: 0, timestamp: 1_000, headers: { ...headers, ...more } }, place);

describe('the envelope of a record', () => {
  it('needs every header once', () => {
    expect(() => read({ [headerNames.id]: ['e1', 'e2'] })).toThrow('Expected header ce_id once');
  });

  it('has no trace context if the message names several, and is none the worse for it', () => {
    expect(read({ [headerNames.traceparent]: ['00-1', '00-2'] })).toEqual(envelope);
  });
});
