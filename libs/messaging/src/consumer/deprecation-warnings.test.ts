import { version } from '@baton/core';
import { type GroupBindings, silentLogger } from '@baton/messaging';
import { BookEvent, BookWorld, createManualClock } from '@baton/testing';
import { DeprecationWarnings } from './deprecation-warnings';

const deadline = Date.parse('2026-12-01T00:00:00Z');
const deprecated = new Map([[version(1), { deadline, successor: version(2) }]]);
const hourMs = 3_600_000;

const loggerInto = (warnings: object[]) => ({
  ...silentLogger,
  warn: (fields: object) => void warnings.push(fields),
});

const expected = {
  group: 'reminders',
  eventType: BookEvent.name,
  version: 1,
  deadline: '2026-12-01T00:00:00.000Z',
  successor: 2,
};

describe('the warning of a deprecated version', () => {
  it('comes once a day while the version is processed, and names deadline and successor', async () => {
    const clock = createManualClock(0);
    const warnings: object[] = [];
    const bindings: GroupBindings = { timeline: undefined, proposal: undefined, deprecated };
    const deprecations = new DeprecationWarnings({
      group: 'reminders',
      bindings: { of: () => bindings },
      clock,
      logger: loggerInto(warnings),
    });
    const processAll = () => {
      for (const v of [1, 2, 1, 2]) deprecations.processed(BookEvent.name, version(v));
    };
    processAll();
    expect(warnings).toEqual([expected]);
    await clock.advance(23 * hourMs);
    processAll();
    expect(warnings).toEqual([expected]);
    await clock.advance(hourMs);
    processAll();
    expect(warnings).toEqual([expected, expected]);
  });

  it('comes for what a consumer processes, and stays away for what it only skips', async () => {
    const world = new BookWorld();
    const warnings: object[] = [];
    const bindings = world.bindings.connect();
    world.bindings.bind(BookEvent.name, { since: world.in(1_000), version: world.version(2) });
    await world.started('c1', {
      bindings: { ...bindings, of: (eventType) => ({ ...bindings.of(eventType), deprecated }) },
      deps: { logger: loggerInto(warnings) },
    });
    await world.clock.advance(2_000);
    world.put([1, 2]);
    await world.drained();
    expect(world.handled.map(({ version: handled }) => handled)).toEqual([2]);
    expect(warnings).toEqual([]);

    world.put([1, 2], { createdAt: world.clock.now() - 1_500 });
    await world.drained();
    expect(warnings).toContainEqual(expected);
  });
});
