import { bind, defaultTimeline, instantFromMillis, version } from '@baton/core';
import * as fc from 'fast-check';
import {
  followerMark,
  longestStaticTimeline,
  readDone,
  readFollows,
  readStaticMark,
  withDone,
  writeStaticMark,
} from './commit-marks';

const mark = { timeline: defaultTimeline(version(1)), at: 7, newest: instantFromMillis(5) };
/** As long as a static configuration may be. */
const longMark = {
  ...mark,
  timeline: Array.from({ length: longestStaticTimeline - 1 }, (_, i) => i).reduce(
    (line, i) =>
      bind(line, { since: instantFromMillis(1_700_000_000_000 + i), version: version(2 + (i % 2)) }),
    mark.timeline,
  ),
};
const above = (offsets: readonly number[]) => ({ offsets, upTo: (offsets.at(-1) ?? -1) + 1 });

describe('what a commit says of events that are done above its offset', () => {
  it('is read as it was written, beside the rest', () => {
    const property = fc.property(
      fc.nat(1_000_000),
      fc.uniqueArray(fc.integer({ min: 1, max: 2_000 }), { maxLength: 100 }),
      (offset, ahead) => {
        const done = ahead.map((steps) => offset + steps).sort((a, b) => a - b);
        for (const metadata of [followerMark('log:1'), writeStaticMark(mark)]) {
          const written = withDone(metadata, offset, above(done));
          expect(readDone(written, offset)).toEqual(above(done));
          expect(readFollows(written)).toBe(readFollows(metadata));
          expect(readStaticMark(written)).toEqual(readStaticMark(metadata));
        }
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it.each([997, 1_234_567_890])('fits into what a broker keeps, however much is done, %i apart', (step) => {
    const done = Array.from({ length: 5_000 }, (_, i) => 1_000 + i * step);
    const written = withDone(writeStaticMark(longMark), 0, above(done));
    expect(written.length).toBeLessThan(4_096);
    const read = readDone(written, 0);
    expect(read.offsets.length).toBeGreaterThan(100);
    expect(read.offsets).toEqual(done.slice(0, read.offsets.length));
    expect(read.upTo).toBe((done.at(-1) ?? 0) + 1);
    expect(readStaticMark(written)).toEqual(longMark);
  });

  it('keeps the end of what an earlier reader has done, though it does not know each of them', () => {
    const written = withDone('', 10, { offsets: [12], upTo: 40 });
    expect(readDone(written, 10)).toEqual({ offsets: [12], upTo: 40 });
    expect(readDone(withDone(written, 10, { offsets: [], upTo: 40 }), 10).upTo).toBe(40);
  });

  it('leaves out what lies below the offset, and says nothing where nothing is done', () => {
    expect(readDone(withDone('', 10, above([3, 10, 12])), 10)).toEqual(above([12]));
    expect(withDone(followerMark('log:1'), 10, above([]))).toBe(followerMark('log:1'));
    expect(withDone(followerMark('log:1'), 10, above([3]))).toBe(followerMark('log:1'));
  });

  it.each(['', 'no json', '7', '{"done":1}', '{"done":[0]}', '{"done":[1.5]}', '{"done":["1"]}'])(
    'is nothing in "%s"',
    (metadata) => {
      expect(readDone(metadata, 3)).toEqual(above([]));
    },
  );
});
