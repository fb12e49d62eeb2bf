import { dataSchemaOf, type Envelope, type Headers, hasEnvelope, parseHeaders, toHeaders } from './envelope';
import { parseTopic } from './event-type';
import { formatInstant, instantFromMillis, parseInstant } from './instant';
import { parsePublishedVersions, publishedVersions, version } from './version';

const envelope: Envelope = {
  id: 'a1',
  source: 'lending',
  type: 'lending.BooksBorrowed',
  createdAt: instantFromMillis(1_764_547_200_123),
  published: publishedVersions([2, 1]),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const headers = toHeaders(envelope, dataSchemaOf(envelope.type, version(1), 3));

const malformed = expect.objectContaining({ code: 'malformed-headers' });

describe('the headers of a message', () => {
  it('are CloudEvents that carry everything the rule needs', () => {
    expect(headers).toEqual({
      ce_specversion: '1.0',
      ce_id: 'a1',
      ce_source: 'lending',
      ce_type: 'lending.BooksBorrowed',
      ce_time: '2025-12-01T00:00:00.123Z',
      ce_dataschema: '/subjects/lending.BooksBorrowed.v1-value/versions/3',
      ce_publishedversions: '1,2',
      'content-type': 'application/vnd.confluent.avro',
      traceparent: envelope.traceparent,
    });
  });

  it('give back the envelope they were written from', () => {
    expect(parseHeaders(headers, version(2))).toEqual(envelope);
  });

  const deprecation = {
    since: parseInstant('2025-11-01T00:00:00Z'),
    sunset: parseInstant('2026-01-01T00:00:00Z'),
    successor: 'lending.BooksBorrowed.v2',
  };

  it('say of a deprecated version since when, until when, and what comes after it', () => {
    const deprecated = toHeaders({ ...envelope, deprecation }, dataSchemaOf(envelope.type, version(1), 3));
    expect(deprecated).toEqual({
      ...headers,
      ce_deprecated: 'true',
      ce_deprecatedfrom: '2025-11-01T00:00:00.000Z',
      ce_deprecatedsunset: '2026-01-01T00:00:00.000Z',
      ce_deprecatedmigration: 'lending.BooksBorrowed.v2',
    });
    expect(parseHeaders(deprecated, version(1))).toEqual({ ...envelope, deprecation });
  });

  it.each<Headers>([
    { ce_deprecated: 'true' },
    {
      ce_deprecated: 'true',
      ce_deprecatedfrom: 'soon',
      ce_deprecatedsunset: 'later',
      ce_deprecatedmigration: 'x',
    },
    { ce_deprecated: 'false', ce_deprecatedmigration: 'x' },
  ])('are read as if nothing was deprecated where they say it badly: %j', (bad) => {
    expect(parseHeaders({ ...headers, ...bad }, version(1))).toEqual(envelope);
  });

  it.each(['ce_id', 'ce_source', 'ce_type', 'ce_time', 'ce_specversion', 'ce_publishedversions'])(
    'are refused without %s',
    (name) => {
      const { [name]: _, ...rest } = headers as Record<string, string>;
      expect(() => parseHeaders(rest, version(1))).toThrow(malformed);
      expect(() => parseHeaders({ ...rest, [name]: '' }, version(1))).toThrow(malformed);
    },
  );

  it.each<[string, Headers]>([
    ['a time without zone', { ce_time: '2025-12-01T00:00:00' }],
    ['a time that is none', { ce_time: 'yesterday' }],
    ['published versions that are no numbers', { ce_publishedversions: '1,x' }],
    ['published versions with a gap', { ce_publishedversions: '1,,2' }],
    ['published versions without the own one', { ce_publishedversions: '1' }],
    ['another CloudEvents version', { ce_specversion: '0.3' }],
  ])('are refused with %s', (_, wrong) => {
    expect(() => parseHeaders({ ...headers, ...wrong }, version(2))).toThrow(malformed);
  });

  it('name a version that this code does not know yet without an error', () => {
    const future = { ...headers, ce_publishedversions: '1,2,7' };
    expect(parseHeaders(future, version(2)).published).toEqual([1, 2, 7]);
  });

  it('are told apart from those of messages published before', () => {
    expect(hasEnvelope(headers)).toBe(true);
    expect(hasEnvelope({ ce_publishedversions: '1' })).toBe(true);
    expect(hasEnvelope({ 'x-trace': '1' })).toBe(false);
  });
});

describe('names and instants', () => {
  it('reads event type and version from a topic, and nothing from other topics', () => {
    expect(parseTopic('lending.BooksBorrowed.v12')).toEqual({
      eventType: 'lending.BooksBorrowed',
      version: 12,
    });
    for (const other of ['baton.control', 'lending.BooksBorrowed', 'lending.BooksBorrowed.v0', 'x.v1']) {
      expect(parseTopic(other)).toBeUndefined();
    }
  });

  it('reads instants only with a time zone, in any zone', () => {
    expect(formatInstant(parseInstant('2026-12-01T01:00:00+01:00'))).toBe('2026-12-01T00:00:00.000Z');
    expect(() => parseInstant('2026-12-01')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => instantFromMillis(1.5)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('reads published versions in their header form', () => {
    expect(parsePublishedVersions('1,2')).toEqual([1, 2]);
    expect(() => publishedVersions([])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(() => version(0)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('reads one text of published versions to one set, which nobody can change for the others', () => {
    const [first, second] = [parsePublishedVersions('1,2,7'), parsePublishedVersions('1,2,7')];
    expect(second).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(parsePublishedVersions('1,7')).toEqual([1, 7]);
  });
});
