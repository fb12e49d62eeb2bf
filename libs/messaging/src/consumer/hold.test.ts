import { bind, defaultTimeline, instantFromMillis, type Timeline, version } from '@baton/core';
import { BookEvent } from '@baton/testing';
import { isStraggler, mayPassCycle, notReached, setBarrier, versionsBefore } from './hold';
import { createLane, type Lane } from './lane';
import { handle } from './subscription';

const [one, two] = [version(1), version(2)];
const at = instantFromMillis;
const both = handle(BookEvent, { 1: async () => {}, 2: async () => {} });
const onlyTwo = handle(BookEvent, { 1: async () => {}, 2: async () => {} }, { reads: [2] });

const lane = (v: number, { committed = 0, subscription = both } = {}): Lane =>
  createLane(subscription, version(v), { partition: 0, position: committed, committed });

const boundOnce: Timeline = bind(defaultTimeline(one), { since: at(100), version: two });
const backAgain: Timeline = bind(boundOnce, { since: at(200), version: one });

const pair = () => {
  const [first, second] = [lane(1), lane(2)];
  const siblings = new Map([
    [one, first],
    [two, second],
  ]);
  return { first, second, siblings };
};

describe('versionsBefore', () => {
  it('is empty in the first segment, and names the older versions in later ones', () => {
    expect(versionsBefore(boundOnce, at(99), lane(1))).toEqual([]);
    expect(versionsBefore(boundOnce, at(100), lane(2))).toEqual([one]);
    expect(versionsBefore(backAgain, at(200), lane(1))).toEqual([two]);
  });

  it('leaves out versions that the group reads no more', () => {
    expect(versionsBefore(boundOnce, at(100), lane(2, { subscription: onlyTwo }))).toEqual([]);
  });
});

describe('setBarrier', () => {
  it('never lowers a barrier, and takes the unread mark away', () => {
    const waiting = lane(2);
    setBarrier(waiting, new Map([[one, 7]]));
    setBarrier(waiting, new Map([[one, 5]]));
    expect(waiting.barrier.get(one)).toBe(7);
    expect(waiting.unread).toBe(false);
  });
});

describe('notReached', () => {
  it('looks at what is committed, not at the position', () => {
    const { first, second, siblings } = pair();
    setBarrier(second, new Map([[one, 5]]));
    first.position = 5;
    expect(notReached(second, siblings, [one])).toEqual([one]);
    first.committed = 5;
    expect(notReached(second, siblings, [one])).toEqual([]);
  });

  it('counts a version without a commit or a barrier as not reached', () => {
    const { first, second, siblings } = pair();
    expect(notReached(second, siblings, [one])).toEqual([one]);
    setBarrier(second, new Map([[one, 0]]));
    first.committed = undefined;
    expect(notReached(second, siblings, [one])).toEqual([one]);
  });
});

describe('mayPassCycle', () => {
  it('lets the older of two held records pass, not the newer', () => {
    const { first, second, siblings } = pair();
    first.pause = { kind: 'hold', createdAt: at(210), waitsFor: [two] };
    second.pause = { kind: 'hold', createdAt: at(150), waitsFor: [one] };
    expect(mayPassCycle(at(150), siblings, [one])).toBe(true);
    expect(mayPassCycle(at(210), siblings, [two])).toBe(false);
  });

  it('does not count a version that retries, awaits a proposal, is at its end or has uncommitted work', () => {
    const { first, siblings } = pair();
    expect(mayPassCycle(at(1), siblings, [one])).toBe(false);
    first.pause = { kind: 'retry', error: new Error('x') };
    expect(mayPassCycle(at(1), siblings, [one])).toBe(false);
    first.pause = { kind: 'proposal', createdAt: at(9) };
    expect(mayPassCycle(at(1), siblings, [one])).toBe(false);
    first.pause = { kind: 'hold', createdAt: at(9), waitsFor: [two] };
    first.position = 1;
    expect(mayPassCycle(at(1), siblings, [one])).toBe(false);
    first.committed = 1;
    expect(mayPassCycle(at(1), siblings, [one])).toBe(true);
  });
});

describe('isStraggler', () => {
  it('is an older event behind the barrier that a later segment has passed', () => {
    const { first, second, siblings } = pair();
    setBarrier(second, new Map([[one, 5]]));
    const straggles = (offset: number, createdAt: number) =>
      isStraggler(first, siblings, { offset, createdAt: at(createdAt), timeline: boundOnce });
    expect(straggles(4, 50)).toBe(false);
    expect(straggles(5, 50)).toBe(true);
    second.pause = { kind: 'hold', createdAt: at(100), waitsFor: [one] };
    expect(straggles(5, 50)).toBe(false);
  });

  it('is no event of the last binding, whatever the versions before it waited for', () => {
    const { first, second, siblings } = pair();
    setBarrier(second, new Map([[one, 5]]));
    expect(isStraggler(first, siblings, { offset: 9, createdAt: at(250), timeline: backAgain })).toBe(false);
    expect(isStraggler(first, siblings, { offset: 9, createdAt: at(50), timeline: backAgain })).toBe(true);
  });
});
