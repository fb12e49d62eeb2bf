import { BatonError } from '@baton/core';
import type { TopicSettings } from '@baton/messaging';
import { examined } from './check-result';
import { judgeClocks } from './clocks';
import { judgeEventTopic, judgeOwnTopic } from './topic-settings';

const day = 86_400_000;
const entry = { partitions: 6, retentionMs: 30 * day };
const good: TopicSettings = {
  partitions: 6,
  timestampType: 'CreateTime',
  timestampAfterMaxMs: 2000,
  timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  retentionMs: 30 * day,
  cleanupPolicy: 'delete',
};
const judge = (change: Partial<TopicSettings>, counts: readonly number[] = [6, 6]) =>
  judgeEventTopic('t', { ...good, ...change }, { entry, counts });

describe('what the doctor says of an event topic', () => {
  test('the settings that the protocol asks for are ok', () => {
    expect(judge({})).toEqual({
      check: 'topic t',
      outcome: 'ok',
      found: '6 partitions, margin 2000 ms, kept 30 days',
    });
  });

  test.each<[Partial<TopicSettings>, RegExp]>([
    [{ timestampType: 'LogAppendTime' }, /message\.timestamp\.type/],
    [{ timestampAfterMaxMs: Number.POSITIVE_INFINITY }, /message\.timestamp\.after\.max\.ms/],
    [{ timestampBeforeMaxMs: 5000 }, /message\.timestamp\.before\.max\.ms/],
    [{ cleanupPolicy: 'compact' }, /cleanup\.policy/],
  ])('%j breaks a promise', (change, found) => {
    const result = judge(change);
    expect(result).toMatchObject({ outcome: 'fail', found: expect.stringMatching(found) });
    expect(result.mend).toMatch(/kafka-configs\.sh/);
  });

  test('all problems are named at once', () => {
    const { found } = judge({ timestampType: 'LogAppendTime', cleanupPolicy: 'compact' });
    expect(found).toMatch(/message\.timestamp\.type.*cleanup\.policy/);
  });

  test('versions with different partition counts break a promise', () => {
    expect(judge({}, [6, 3])).toMatchObject({
      outcome: 'fail',
      found: 'the versions have 6 and 3 partitions',
    });
  });

  test.each<[Partial<TopicSettings>, RegExp]>([
    [{ retentionMs: 7 * day }, /kept 7 days, event\.yaml says 30 days/],
    [{ retentionMs: 1000 }, /can overtake a stopped group/],
    [{ timestampAfterMaxMs: 3_600_000 }, /3600000 ms ahead/],
  ])('%j is a warning', (change, found) => {
    expect(judge(change)).toMatchObject({ outcome: 'warn', found: expect.stringMatching(found) });
  });
});

describe('what the doctor says of the topics of Baton', () => {
  const control: TopicSettings = {
    ...good,
    partitions: 1,
    timestampType: 'LogAppendTime',
    retentionMs: Number.POSITIVE_INFINITY,
  };

  test('one partition, stamped by the broker and kept for ever is ok', () => {
    expect(judgeOwnTopic('c', control, 'delete').outcome).toBe('ok');
    expect(judgeOwnTopic('p', { ...control, cleanupPolicy: 'compact' }, 'compact').outcome).toBe('ok');
  });

  test.each<[Partial<TopicSettings> | undefined]>([
    [undefined],
    [{ partitions: 2 }],
    [{ timestampType: 'CreateTime' }],
    [{ retentionMs: 7 * day }],
    [{ cleanupPolicy: 'compact' }],
  ])('%j fails', (change) => {
    const settings = change === undefined ? undefined : { ...control, ...change };
    expect(judgeOwnTopic('c', settings, 'delete')).toMatchObject({
      outcome: 'fail',
      mend: expect.any(String),
    });
  });
});

describe('what the doctor says of clocks', () => {
  test('a stamp between sending and confirmation agrees', () => {
    expect(judgeClocks({ sentAt: 1000, confirmedAt: 1010, stampedAt: 1005 }, 2000)).toMatchObject({
      outcome: 'ok',
      found: 'this machine and the broker agree within 10 ms',
    });
  });

  test.each([
    [{ sentAt: 5000, confirmedAt: 5010, stampedAt: 2900 }, 'fail', /at least 2100 ms ahead/],
    [{ sentAt: 5000, confirmedAt: 5010, stampedAt: 3900 }, 'warn', /at least 1100 ms ahead/],
    [{ sentAt: 5000, confirmedAt: 5010, stampedAt: 9010 }, 'warn', /at least 4000 ms behind/],
  ])('%j with a margin of 2 s: %s', (reading, outcome, found) => {
    expect(judgeClocks(reading, 2000)).toMatchObject({ outcome, found: expect.stringMatching(found) });
  });

  test('a probe that was not read back fails', () => {
    expect(judgeClocks(undefined, 2000).outcome).toBe('fail');
  });
});

test('what a check throws becomes its result', async () => {
  const result = await examined('registry', 'Start it.', async () => {
    throw new BatonError('registry-unavailable', 'No answer.');
  });
  expect(result).toEqual([
    { check: 'registry', outcome: 'fail', found: 'registry-unavailable: No answer.', mend: 'Start it.' },
  ]);
});
