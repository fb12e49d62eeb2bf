import { bind, defaultTimeline, type Instant, instantFromMillis, topicOf, version } from '@baton/core';
import { createMemoryGroups } from '@baton/testing';
import fc from 'fast-check';
import {
  emptyState,
  type GroupState,
  groupState,
  groupStatus,
  readStatusFacts,
  type StatusFacts,
  type VersionReadings,
} from '../index';

const eventType = 'lending.BooksBorrowed';
const group = 'reminders';
const [v1, v2] = [version(1), version(2)];
const cut: Instant = instantFromMillis(Date.UTC(2026, 10, 1));
const marginMs = 1000;
const now = cut + 60_000;

const unbound: GroupState = {
  ...groupState(emptyState, group, eventType),
  timeline: defaultTimeline(v1),
  revision: 1,
};
const bound: GroupState = { ...unbound, timeline: bind(defaultTimeline(v1), { since: cut, version: v2 }) };

const readings = (of: typeof v1, change: Partial<VersionReadings> = {}): VersionReadings => ({
  version: of,
  committed: { at: now - 500, offsets: [10, 20] },
  ends: [{ at: now - 700, offsets: [10, 20] }],
  ...change,
});
const facts = (change: Partial<VersionReadings> = {}, brokerTime = now): StatusFacts => ({
  brokerTime,
  marginMs,
  versions: [readings(v2), readings(v1, change)],
});
const drained = (change: Partial<VersionReadings>, brokerTime = now) =>
  groupStatus(bound, facts(change, brokerTime)).drained;

describe('the status of a group', () => {
  it('shows binding, and per version and partition what is committed, the end and the lag', () => {
    const status = groupStatus(bound, facts({ committed: { at: now, offsets: [7, 20] } }));
    expect(status).toMatchObject({ binding: { since: cut, version: 2 }, revision: 1, open: undefined });
    expect(status.versions.map(({ version: v, topic, lag }) => [v, topic, lag])).toEqual([
      [1, 'lending.BooksBorrowed.v1', 3],
      [2, 'lending.BooksBorrowed.v2', 0],
    ]);
    expect(status.versions[0]?.partitions).toEqual([
      { partition: 0, committed: 7, end: 10, lag: 3 },
      { partition: 1, committed: 20, end: 20, lag: 0 },
    ]);
    expect(status.versions[1]?.drain).toBeUndefined();
  });

  it('does not take an uncommitted offset for zero', () => {
    const status = groupStatus(bound, facts({ committed: { at: now, offsets: [7, undefined] } }));
    expect(status.versions[0]?.partitions[1]).toEqual({
      partition: 1,
      committed: undefined,
      end: 20,
      lag: undefined,
    });
    expect(status.versions[0]?.lag).toBeUndefined();
  });

  it('has no binding for a group that never registered', () => {
    const status = groupStatus(groupState(emptyState, group, eventType), facts());
    expect(status).toMatchObject({ timeline: undefined, binding: undefined, drained: 'unknown' });
  });
});

describe('drained', () => {
  it('is yes when all partitions are committed to an end read after the cut, with the age of the older reading', () => {
    const status = groupStatus(bound, facts());
    expect(status.drained).toBe('yes');
    expect(status.versions[0]?.drain?.evidence[1]).toEqual({
      partition: 1,
      drained: 'yes',
      because: 'committed 20, all that was visible at the cut lies below 20',
      committed: 20,
      bound: 20,
      boundFrom: 'end',
      ageMs: 700,
    });
  });

  it('is no while one partition is behind, whatever else is unknown', () => {
    expect(drained({ committed: { at: now, offsets: [9, undefined] } })).toBe('no');
  });

  it('is yes while twins flow on, by an end read earlier', () => {
    const ends = [
      { at: cut + marginMs, offsets: [8, 18] },
      { at: now, offsets: [99, 99] },
    ];
    expect(drained({ ends })).toBe('yes');
  });

  it('does not take an end read before the cut was over for evidence', () => {
    const early = { at: cut + marginMs - 1, offsets: [8, 18] };
    expect(drained({ ends: [early, { at: now, offsets: [99, 99] }] })).toBe('no');
    expect(drained({ ends: [early] })).toBe('unknown');
  });

  it('is yes while twins flow on, by the first record stamped after cut and margin', () => {
    const ends = [{ at: now, offsets: [99, 99] }];
    const first = { cut, at: now, offsets: [10, 19] };
    expect(drained({ ends, firstAfterCut: first })).toBe('yes');
    expect(drained({ ends, firstAfterCut: { ...first, offsets: [11, 19] } })).toBe('no');
    expect(drained({ ends, firstAfterCut: { ...first, cut: instantFromMillis(cut - 1) } })).toBe('no');
  });

  it('is unknown when an offset is missing', () => {
    expect(drained({ committed: { at: now, offsets: [10, undefined] } })).toBe('unknown');
    expect(drained({ committed: { at: now, offsets: [10] } })).toBe('unknown');
    expect(drained({ ends: [] })).toBe('unknown');
    expect(drained({ ends: [{ at: now, offsets: [10] }] })).toBe('unknown');
    expect(drained({ ends: [], committed: { at: now, offsets: [] } })).toBe('unknown');
    const onlyV2 = groupStatus(bound, { brokerTime: now, marginMs, versions: [readings(v2)] });
    expect(onlyV2).toMatchObject({ drained: 'unknown', because: ['v1: nothing was read of its topic'] });
  });

  it('is no until the cut is over', () => {
    expect(drained({}, cut + marginMs - 1)).toBe('no');
    expect(drained({ ends: [{ at: cut + marginMs, offsets: [10, 20] }] }, cut + marginMs)).toBe('yes');
  });

  it('is no for a group that is not bound to the newer version, and yes where no older version ever counted', () => {
    expect(groupStatus(unbound, facts()).drained).toBe('no');
    expect(groupStatus({ ...unbound, timeline: defaultTimeline(v2) }, facts()).drained).toBe('yes');
  });

  it('is about the newer version after a way back', () => {
    const back = {
      ...bound,
      timeline: bind(bound.timeline ?? defaultTimeline(v1), {
        since: instantFromMillis(cut + 10),
        version: v1,
      }),
    };
    const status = groupStatus(back, {
      ...facts(),
      versions: [readings(v1), readings(v2, { committed: { at: now, offsets: [0, 0] } })],
    });
    expect(status.drained).toBe('no');
    expect(status.versions.map(({ drain }) => drain?.drained)).toEqual([undefined, 'no']);
  });

  it('is never yes while a record that was visible at the cut is not committed', () => {
    const record = fc.record({
      appended: fc.integer({ min: -50, max: 50 }),
      skew: fc.integer({ min: -80, max: 10 }),
    });
    let yes = 0;
    fc.assert(
      fc.property(fc.array(record, { maxLength: 30 }), fc.nat(), fc.nat(), (made, committedAt, read) => {
        const margin = 10;
        const log = made
          .sort((a, b) => a.appended - b.appended)
          .map(({ appended, skew }) => ({ appended: cut + appended, stamp: cut + appended + skew }));
        const readAt = cut + margin + (read % 60);
        const seen = log.filter(({ appended }) => appended <= readAt);
        const found = seen.findIndex(({ stamp }) => stamp >= cut + margin);
        const committed = committedAt % (seen.length + 1);
        const status = groupStatus(bound, {
          brokerTime: readAt,
          marginMs: margin,
          versions: [
            {
              version: v1,
              committed: { at: readAt, offsets: [committed] },
              ends: [{ at: readAt, offsets: [seen.length] }],
              firstAfterCut: { cut, at: readAt, offsets: [found === -1 ? seen.length : found] },
            },
          ],
        });
        const visibleAtCut = log.filter(({ appended }) => appended < cut).length;
        if (status.drained === 'yes') {
          yes += 1;
          expect(committed).toBeGreaterThanOrEqual(visibleAtCut);
        }
        if (committed === seen.length) expect(status.drained).toBe('yes');
      }),
    );
    expect(yes).toBeGreaterThan(0);
  });
});

describe('reading where a group stands', () => {
  it('does not take a record stamped within the margin of the cut for a later one', async () => {
    const broker = createMemoryGroups();
    broker.setTopic(topicOf(eventType, v1), [[cut + marginMs - 1, cut - 5, cut + marginMs]]);
    broker.setCommitted(group, topicOf(eventType, v1), [1]);
    const read = async () =>
      groupStatus(
        bound,
        await readStatusFacts({ groups: broker, offsets: broker }, bound, {
          versions: [v1],
          times: { now: () => now, marginMs },
        }),
      ).drained;
    expect(await read()).toBe('no');
    broker.setCommitted(group, topicOf(eventType, v1), [2]);
    expect(await read()).toBe('yes');
  });

  it('asks for every version that has a topic, and proves the drain under a flow of twins', async () => {
    const broker = createMemoryGroups();
    broker.setTopic(topicOf(eventType, v1), [[cut - 10, cut - 5, cut + 5000, cut + 6000], []]);
    broker.setTopic(topicOf(eventType, v2), [[cut + 5000, cut + 6000], []]);
    broker.setCommitted(group, topicOf(eventType, v1), [2, 0]);
    broker.setCommitted(group, topicOf(eventType, v2), [1, 0]);
    const read = await readStatusFacts({ groups: broker, offsets: broker }, bound, {
      versions: [v1, v2, version(3)],
      times: { now: () => now, marginMs },
    });
    const status = groupStatus(bound, read);
    expect(status.versions.map(({ version: v, lag }) => [v, lag])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(status.drained).toBe('yes');
    expect(status.versions[0]?.drain?.evidence.map(({ boundFrom }) => boundFrom)).toEqual([
      'first-after-cut',
      'end',
    ]);
  });
});
