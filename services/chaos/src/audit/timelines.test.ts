import { foldEntries, groupState } from '@baton/control';
import {
  bind,
  defaultTimeline,
  instantFromMillis,
  publishedVersions,
  responsibleVersion,
  version,
} from '@baton/core';
import fc from 'fast-check';
import { decisionsOf, responsible, streamOf } from './timelines';

const stream = { group: 'g', eventType: 'area.Type' };

/** Entries as anybody may append them, in any order, most of them void. */
const entry = fc.record({
  kind: fc.constantFrom(
    'group-registered',
    'binding-proposed',
    'binding-listed',
    'binding-acknowledged',
    'binding-refused',
    'binding-confirmed',
    'binding-withdrawn',
  ),
  by: fc.constantFrom('a', 'b'),
  proposal: fc.constantFrom('p', 'q', 'r'),
  member: fc.constantFrom('m', 'n'),
  members: fc.subarray(['m', 'n']),
  version: fc.integer({ min: 1, max: 2 }),
  since: fc.integer({ min: 0, max: 60 }),
  decideBy: fc.integer({ min: 0, max: 80 }),
  lead: fc.integer({ min: 0, max: 5 }),
  expectedRevision: fc.integer({ min: 0, max: 7 }),
});

const logged = fc.array(entry, { minLength: 10, maxLength: 40 }).map((rows) =>
  [{ kind: 'group-registered', by: 'a' }, ...rows].map((row, offset) => ({
    offset,
    at: offset,
    value: {
      schemaVersion: 1,
      reason: 'test',
      ...(row.kind === 'group-registered' || row.kind === 'binding-proposed' ? stream : {}),
      ...(row.kind === 'group-registered' ? { defaultVersion: 1, handles: [1, 2] } : {}),
      ...(row.kind.endsWith('refused') || row.kind.endsWith('withdrawn') ? { because: 'so' } : {}),
      ...row,
    },
  })),
);

describe('the decisions of a control log, worked out anew', () => {
  it('are those that the members fold from it', () => {
    fc.assert(
      fc.property(logged, (entries) => {
        const folded = groupState(foldEntries(entries), stream.group, stream.eventType);
        const anew = decisionsOf(entries);
        const name = streamOf(stream.group, stream.eventType);
        expect(anew.bindings.get(name)).toEqual(folded.timeline);
        expect(anew.open.includes(name)).toBe(folded.open !== undefined);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the rule, stated anew', () => {
  it('says the same as the rule under audit', () => {
    const versions = fc.subarray([1, 2, 3], { minLength: 1 });
    const bindings = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(versions, bindings, fc.integer({ min: 0, max: 20 }), (published, steps, createdAt) => {
        let since = 0;
        let timeline = defaultTimeline(version(1));
        for (const [gap, to] of steps) {
          since += gap;
          timeline = bind(timeline, { since: instantFromMillis(since), version: version(to) });
        }
        const expected = responsibleVersion(
          instantFromMillis(createdAt),
          publishedVersions(published),
          timeline,
        );
        expect(responsible(timeline, { createdAt, published: published.join(',') })).toBe(expected);
      }),
    );
  });
});
