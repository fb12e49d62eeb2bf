import fc from 'fast-check';
import { beginningOfTime, instantFromMillis } from './instant';
import { decide, responsibleVersion } from './rule';
import {
  bind,
  boundSince,
  defaultTimeline,
  extendsTimeline,
  type Timeline,
  timeline,
  versionAt,
} from './timeline';
import { type PublishedVersions, publishedVersions, type Version, version } from './version';

const allVersions = [1, 2, 3].map(version);
const instants = [-1, 0, 1, 2, 3, 4, 5].map(instantFromMillis);

/** Every timeline over versions 1 to 3 with at most `most` bindings at the instants 0, 2 and 4. */
const allTimelines = (most: number): Timeline[] => {
  const grow = (line: Timeline, from: number, left: number): Timeline[] => [
    line,
    ...(left === 0
      ? []
      : [0, 2, 4]
          .filter((at) => at >= from)
          .flatMap((at) =>
            allVersions.flatMap((v) =>
              grow(bind(line, { since: instantFromMillis(at), version: v }), at + 1, left - 1),
            ),
          )),
  ];
  return allVersions.flatMap((first) => grow(defaultTimeline(first), 0, most));
};

/** Every non-empty set of the versions 1 to 3. */
const allPublished: PublishedVersions[] = [[1], [2], [3], [1, 2], [1, 3], [2, 3], [1, 2, 3]].map((set) =>
  publishedVersions(set),
);

const timelines = allTimelines(3);

describe('the rule', () => {
  it('makes exactly one twin responsible, over all small timelines and sets of published versions', () => {
    expect(timelines.length).toBeGreaterThan(100);
    for (const line of timelines) {
      for (const published of allPublished) {
        for (const createdAt of instants) {
          const processed = published.filter(
            (own) => decide(own, { createdAt, published, timeline: line }).kind === 'process',
          );
          expect(processed).toEqual([responsibleVersion(createdAt, published, line)]);
        }
      }
    }
  });

  it('tells every twin the same responsible version', () => {
    for (const line of timelines) {
      for (const published of allPublished) {
        const answers = published.map((own) => {
          const decision = decide(own, { createdAt: instantFromMillis(2), published, timeline: line });
          return decision.kind === 'process' ? own : decision.responsible;
        });
        expect(new Set(answers).size).toBe(1);
      }
    }
  });

  it('follows the timeline wherever the event was published in the version it names', () => {
    for (const line of timelines) {
      for (const createdAt of instants) {
        const all = publishedVersions([1, 2, 3]);
        expect(responsibleVersion(createdAt, all, line)).toBe(versionAt(line, createdAt));
      }
    }
  });

  it('takes the nearest published version below, otherwise the lowest above', () => {
    const at = instantFromMillis(0);
    const nearest = (named: number, published: number[]): Version =>
      responsibleVersion(at, publishedVersions(published), defaultTimeline(version(named)));
    expect(nearest(3, [1, 2])).toBe(2);
    expect(nearest(2, [1, 3])).toBe(1);
    expect(nearest(1, [2, 3])).toBe(2);
    expect(nearest(2, [3, 7])).toBe(3);
    expect(nearest(9, [1, 7])).toBe(7);
  });

  it('binds an event created exactly at the instant, and none created a millisecond before', () => {
    const since = instantFromMillis(1_700_000_000_000);
    const line = bind(defaultTimeline(version(1)), { since, version: version(2) });
    const both = publishedVersions([1, 2]);
    expect(responsibleVersion(instantFromMillis(since - 1), both, line)).toBe(1);
    expect(responsibleVersion(since, both, line)).toBe(2);
    expect(responsibleVersion(instantFromMillis(since + 1), both, line)).toBe(2);
  });

  it('lets neither a v1-only nor a v2-only event fall between the versions, whatever is bound', () => {
    for (const line of timelines) {
      for (const createdAt of instants) {
        expect(responsibleVersion(createdAt, publishedVersions([1]), line)).toBe(1);
        expect(responsibleVersion(createdAt, publishedVersions([2]), line)).toBe(2);
      }
    }
  });

  it('is not changed for earlier events by a binding added later', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...timelines),
        fc.constantFrom(...allPublished),
        fc.integer({ min: -1_000, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (line, published, createdAt, later) => {
          const longer = bind(line, { since: instantFromMillis(10), version: version(later) });
          const at = instantFromMillis(createdAt);
          expect(responsibleVersion(at, published, longer)).toBe(responsibleVersion(at, published, line));
          expect(extendsTimeline(longer, line)).toBe(true);
        },
      ),
    );
  });
});

describe('a timeline', () => {
  const v1 = version(1);
  const v2 = version(2);
  const since = instantFromMillis(10);

  it('refuses a binding that does not begin after the last one', () => {
    const line = bind(defaultTimeline(v1), { since, version: v2 });
    for (const early of [since, instantFromMillis(9), beginningOfTime]) {
      expect(() => bind(line, { since: early, version: v1 })).toThrow(
        expect.objectContaining({ code: 'invalid-timeline' }),
      );
    }
  });

  it('refuses segments that leave the past open', () => {
    expect(() => timeline([])).toThrow(expect.objectContaining({ code: 'invalid-timeline' }));
    expect(() => timeline([{ since, version: v2 }])).toThrow(
      expect.objectContaining({ code: 'invalid-timeline' }),
    );
  });

  it('says since when a group is bound', () => {
    const line = bind(defaultTimeline(v1), { since, version: v2 });
    expect(boundSince(line, v2)).toBe(10);
    expect(boundSince(line, v1)).toBeUndefined();
  });
});

// The compiler refuses calls that would mix up what only looks alike; this function never runs.
export const wrongCalls = (published: PublishedVersions, line: Timeline): void => {
  // @ts-expect-error a bare number is no instant
  responsibleVersion(1_700_000_000_000, published, line);
  // @ts-expect-error an unchecked list is no set of published versions
  responsibleVersion(instantFromMillis(1), [version(1)], line);
  // @ts-expect-error segments that nobody checked are no timeline
  responsibleVersion(instantFromMillis(1), published, [{ since: beginningOfTime, version: version(1) }]);
  // @ts-expect-error a bare number is no version
  decide(1, { createdAt: instantFromMillis(1), published, timeline: line });
};
