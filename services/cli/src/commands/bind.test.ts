import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '@baton/control';
import { version } from '@baton/core';
import {
  createManualClock,
  createMemoryControlLog,
  createMemoryGroups,
  createMemoryPresenceStore,
} from '@baton/testing';
import { writeThing } from '../test-support/contracts';
import { brokerWith } from '../test-support/memory-broker';
import { runInProcess } from '../test-support/world';

const start = Date.parse('2026-12-01T00:00:00Z');
const eventType = 'test.Thing';
const topics = [`${eventType}.v1`, `${eventType}.v2`];

describe('binding and status, without a broker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-bind-'));
    writeThing(join(folder, 'schemas'), eventType);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const world = () => {
    const clock = createManualClock(start);
    const log = createMemoryControlLog({ now: clock.now });
    const groups = createMemoryGroups();
    for (const topic of topics) groups.setTopic(topic, [[], [], []]);
    const broker = brokerWith({
      logOffsets: groups,
      groupReader: groups,
      controlLog: async () => log.connect(),
      presence: () => createMemoryPresenceStore({ now: clock.now }),
    });
    const register = (group: string) =>
      log.connect().append(
        sign(
          {
            kind: 'group-registered',
            group,
            eventType,
            defaultVersion: version(1),
            handles: [version(1), version(2)],
          },
          { by: 'reminders-1', reason: 'first start' },
        ),
      );
    const baton = (...argv: readonly string[]) => {
      let ids = 0;
      const newId = () => {
        ids += 1;
        return `proposal-${clock.now()}-${ids}`;
      };
      return clock.runUntilSettled(
        runInProcess(argv, { cwd: folder, clock, newId, createBroker: () => broker }),
      );
    };
    const at = ['--brokers', '127.0.0.1:1'];
    const bindTo = (to: string, ...more: readonly string[]) =>
      baton('bind', eventType, '--group', 'reminders', '--to', to, ...at, ...more);
    return { clock, log, groups, register, baton, bindTo, at };
  };

  test('a stopped group is bound at the earliest instant: now, lease, margin and the time to list', async () => {
    const { bindTo, register } = world();
    await register('reminders');
    const { exit, data } = await bindTo('2', '--lease-ms', '6000', '--margin-ms', '1000', '-o', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(data)).toMatchObject({
      outcome: 'bound',
      BoundToV2Since: '2026-12-01T00:00:10.000Z',
      evidence: { leaseMs: 6000, marginMs: 1000, brokerTimeFrom: 'log' },
    });
  });

  test('for people it is one line, the timeline, and the next command on standard error', async () => {
    const { bindTo, register } = world();
    await register('reminders');
    const { data, notes } = await bindTo('2');
    expect(data).toBe(
      [
        'bound reminders for test.Thing: BoundToV2Since 2026-12-01T00:00:15.000Z',
        '',
        'VERSION  COUNTS FROM',
        'v1       -infinity',
        'v2       2026-12-01T00:00:15.000Z',
        '',
      ].join('\n'),
    );
    expect(notes).toMatch(/binding-proposed\n.*binding-listed\n.*binding-confirmed\n/s);
    expect(notes).toMatch(/next: baton status test\.Thing\n$/);
  });

  test('a dry run writes nothing, and its next step is the command itself', async () => {
    const { bindTo, register, log } = world();
    await register('reminders');
    const { exit, data, notes } = await bindTo('2', '--dry-run');
    expect(exit).toBe(0);
    expect(log.entries()).toHaveLength(1);
    expect(data).toMatch(
      /^dry run reminders for test\.Thing: would be bound to v2 since 2026-12-01T00:00:15\.000Z\n/,
    );
    expect(data).toMatch(/TOPIC +PARTITION +COMMITTED +FIRST AT INSTANT +END\n/);
    expect(notes).toMatch(/next: baton bind test\.Thing --group reminders --to 2\n$/);
  });

  test('members that do not answer end in "withdrawn" and 2', async () => {
    const { bindTo, register, groups } = world();
    await register('reminders');
    groups.setMembers('reminders', ['member-1']);
    const { exit, data, notes } = await bindTo('2', '-o', 'json');
    expect(exit).toBe(2);
    expect(JSON.parse(data)).toMatchObject({ outcome: 'withdrawn', BoundToV2Since: null });
    expect(notes).toMatch(/waiting for 1 member\(s\) until/);
  });

  test('an instant that is too early is refused with 1, a group that is unknown with 2', async () => {
    const { bindTo, register } = world();
    const unknown = await bindTo('2');
    expect(unknown.exit).toBe(2);
    expect(unknown.data).toMatch(/^refused reminders .*\n {2}group-not-registered {2}/);
    await register('reminders');
    const early = await bindTo('2', '--since', '2026-12-01T00:00:01Z');
    expect(early.exit).toBe(1);
    expect(early.data).toMatch(/since-too-early/);
  });

  test.each([
    [['--since', 'tomorrow'], /since: Expected an instant with a time zone/],
    [['--lease-ms', '-1'], /leaseMs: Expected milliseconds, got "-1"/],
  ])('%j is wrong usage: 64', async (more, message) => {
    const { bindTo } = world();
    const { exit, notes } = await bindTo('2', ...more);
    expect(exit).toBe(64);
    expect(notes).toMatch(message);
  });

  test('status says which groups count what, and suggests the next binding', async () => {
    const { baton, register, groups, at } = world();
    await register('reminders');
    groups.setMembers('reminders', ['member-1', 'member-2']);
    groups.setTopic(`${eventType}.v1`, [[start, start], [], [start]]);
    groups.setCommitted('reminders', `${eventType}.v1`, [1, 0, 1]);
    groups.setMembers('audit', ['member-3']);
    groups.setCommitted('audit', `${eventType}.v2`, [0, 0, 0]);
    groups.setMembers('others', ['member-4']);
    const { exit, data } = await baton('status', ...at, '-o', 'json');
    expect(exit).toBe(0);
    const [{ groups: rows, topics: ends }] = JSON.parse(data).eventTypes;
    expect(ends).toMatchObject({ '1': { partitions: 3, end: [2, 0, 1] } });
    expect(rows).toMatchObject([
      { group: 'audit', version: null, timeline: [], drained: 'unknown' },
      {
        group: 'reminders',
        members: 2,
        version: 1,
        BoundToV2Since: null,
        versions: {
          '1': { committed: [1, 0, 1], lag: 1 },
          '2': { committed: [null, null, null], lag: null },
        },
        drained: 'no',
      },
    ]);
    const people = await baton('status', ...at);
    expect(people.data).toMatch(/\nreminders +Stable +2 +v1 +- +1 +\? +no\n/);
    expect(people.data).toMatch(/\nreminders +v1 +0 +1 +2 +1\n/);
    expect(people.notes).toMatch(/next: baton bind test\.Thing --group reminders --to 2 --dry-run\n$/);
  });
});
