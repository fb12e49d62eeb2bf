import { defaultTimeline, instantFromMillis, version } from '@baton/core';
import * as fc from 'fast-check';
import {
  followerMark,
  readDone,
  readFollows,
  readStaticMark,
  withDone,
  writeStaticMark,
} from './commit-marks';

const mark = { timeline: defaultTimeline(version(1)), at: 7, newest: instantFromMillis(5) };

describe('what a commit says of events that are done above its offset', () => {
  it('is read as it was written, beside the rest', () => {
    const property = fc.property(
      fc.nat(1_000_000),
      fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { maxLength: 100 }),
      (offset, ahead) => {
        const done = ahead.map((steps) => offset + steps).sort((a, b) => a - b);
        for (const metadata of [followerMark('log:1'), writeStaticMark(mark)]) {
          const written = withDone(metadata, offset, done);
          expect(readDone(written, offset)).toEqual(done);
          expect(readFollows(written)).toBe(readFollows(metadata));
          expect(readStaticMark(written)).toEqual(readStaticMark(metadata));
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it('fits into what a broker keeps, however much is done', () => {
    const done = Array.from({ length: 5_000 }, (_, i) => 1_000 + i * 997);
    const written = withDone(followerMark('log:1'), 0, done);
    expect(written.length).toBeLessThan(4_096);
    expect(readDone(written, 0)).toEqual(done.slice(0, readDone(written, 0).length));
  });

  it('leaves out what lies below the offset, and says nothing where nothing is done', () => {
    expect(readDone(withDone('', 10, [3, 10, 12]), 10)).toEqual([12]);
    expect(withDone(followerMark('log:1'), 10, [])).toBe(followerMark('log:1'));
  });

  it.each(['', 'no json', '7', '{"done":1}', '{"done":[0]}', '{"done":[1.5]}', '{"done":["1"]}'])(
    'is nothing in "%s"',
    (metadata) => {
      expect(readDone(metadata, 3)).toEqual([]);
    },
  );
});
