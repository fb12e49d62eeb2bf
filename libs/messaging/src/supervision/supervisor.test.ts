import {
  defaultTimeline,
  defineEventType,
  instantFromMillis,
  publishedVersions,
  toHeaders,
  topicOf,
  version,
} from '@baton/core';
import { BookEvent, worldSettings } from '@baton/testing';
import { ParkingWorld } from '../../test/parking-world';
import { handle, stateful } from '../consumer/subscription';
import type { ConsumerSettings, Handler } from '../consumer/types';
import { type Failure, type Supervision, type SupervisorDirective, usualRestarts } from './supervision';

const Returned = defineEventType<{ 1: { n: number } }, 1>({
  name: 'lending.BooksReturned',
  kind: 'event',
  newest: 1,
  versions: { 1: { schema: {} } },
  downcasts: {},
  upcasts: {},
});

/** A world with two event types whose handlers count the events of their own life. */
class SupervisedWorld extends ParkingWorld {
  readonly seen: string[] = [];
  readonly hooks: string[] = [];
  failing: (id: string, life: number) => unknown = () => undefined;
  private returned = 0;

  constructor() {
    super();
    this.broker.createTopic(topicOf(Returned.name, version(1)), { partitions: 1 });
  }

  putReturned(key = 'r'): void {
    this.returned += 1;
    this.broker.append({
      topic: topicOf(Returned.name, version(1)),
      partition: 0,
      key,
      value: Buffer.from('{"n":1}'),
      headers: toHeaders(
        {
          id: `r${this.returned}`,
          source: 'put',
          type: Returned.name,
          createdAt: instantFromMillis(this.clock.now()),
          published: publishedVersions([1]),
        },
        '/subjects/x/versions/1',
      ),
      timestamp: this.clock.now(),
    });
  }

  supervision(
    strategy: Supervision['strategy'],
    decide: (error: unknown, failure: Failure) => SupervisorDirective,
    more: Partial<Supervision> = {},
  ): Supervision {
    return {
      strategy,
      decide,
      beforeRestart: ({ id }) => void this.hooks.push(`restart ${id}`),
      afterStop: ({ id }) => void this.hooks.push(`stop ${id}`),
      ...more,
    };
  }

  run({
    own,
    above,
    retryMs,
  }: {
    readonly own?: Supervision;
    readonly above?: Supervision;
    readonly retryMs?: ConsumerSettings['retryMs'];
  }) {
    this.bindings.record(Returned.name, defaultTimeline(version(1)));
    const of = (name: string) =>
      stateful((): Handler => {
        let life = 0;
        return async ({ id }) => {
          life += 1;
          const error = this.failing(id, life);
          if (error !== undefined) throw error;
          this.seen.push(`${name} ${id} ${life}`);
        };
      });
    return this.started('m', {
      deps: {
        on: [
          handle(BookEvent, { 1: of('v1'), 2: of('v2') }, own === undefined ? {} : { supervision: own }),
          handle(Returned, { 1: of('returned') }),
        ],
        ...(above === undefined ? {} : { supervision: above }),
        ...(retryMs === undefined ? {} : { settings: { ...worldSettings, retryMs } }),
      },
    });
  }
}

/** The first try of these fails. */
const failOnce = (...ids: readonly string[]) => {
  const left = new Set(ids);
  return (id: string): unknown => (left.delete(id) ? new Error(`cannot handle ${id}`) : undefined);
};

describe.each(['oneForOne', 'allForOne'] as const)('supervision of an event type, %s', (strategy) => {
  it('resumes: the event is parked at once and the handler keeps its state', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.put([1], { key: 'b' });
    world.failing = failOnce('e1');
    const { consumer } = await world.run({ own: world.supervision(strategy, () => 'resume') });
    await world.drained();
    expect(world.seen).toEqual(['v1 e2 2']);
    expect(world.letters()).toHaveLength(1);
    expect(consumer.stats().restarts).toBe(0);
  });

  it('restarts: one handler, or all of the event type, begin with fresh state, and the event is tried again', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.put([2], { key: 'b' });
    world.putReturned();
    await world.run({ own: world.supervision(strategy, () => 'restart') });
    await world.drained();
    world.failing = failOnce('e3');
    world.put([1], { key: 'a' });
    await world.drained();
    world.put([2], { key: 'b' });
    world.putReturned();
    await world.drained();
    expect(world.seen).toContain('v1 e3 1');
    expect(world.seen).toContain(strategy === 'oneForOne' ? 'v2 e4 2' : 'v2 e4 1');
    await world.clock.until(() => world.seen.includes('returned r2 2'));
    expect(world.hooks).toEqual(['restart e3']);
  });

  it('stops after too many restarts: the event type stands still, readiness says so, others go on', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.failing = (id) => (id === 'e1' ? new Error('spoiled') : undefined);
    const { consumer } = await world.run({
      own: world.supervision(strategy, () => 'restart', { restarts: { most: 3, withinMs: 60_000 } }),
    });
    await world.clock.advance(20_000);
    expect(world.hooks).toEqual(['restart e1', 'restart e1', 'restart e1', 'stop e1']);
    world.put([1], { key: 'b' });
    world.putReturned();
    await world.clock.advance(5_000);
    expect(world.seen).toEqual(['returned r1 1']);
    expect(world.committed(1)).toBe(0);
    expect(world.letters()).toEqual([]);
    expect(consumer.health()).toMatchObject({
      kind: 'blocked',
      on: expect.arrayContaining([expect.objectContaining({ because: 'stopped: spoiled', attempts: 4 })]),
    });
  });

  it('stops with the usual limits too where one event fails for ever, slow as its tries become', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.failing = (id) => (id === 'e1' ? new Error('spoiled') : undefined);
    const { most, withinMs } = usualRestarts;
    const { consumer } = await world.run({
      own: world.supervision(strategy, () => 'restart'),
      retryMs: { first: 100, longest: 30_000 },
    });
    await world.clock.advance(10 * withinMs);
    expect(world.hooks).toEqual([...Array(most).fill('restart e1'), 'stop e1']);
    expect(consumer.health().kind).toBe('blocked');
  });

  it('counts restarts of one event, so one that recovers leaves the next as many', async () => {
    const world = new SupervisedWorld();
    const failures = new Map<string, number>();
    world.failing = (id) => {
      const before = failures.get(id) ?? 0;
      failures.set(id, before + 1);
      return before < 3 ? new Error('not yet') : undefined;
    };
    world.put([1], { key: 'a' });
    world.put([1], { key: 'a' });
    await world.run({
      own: world.supervision(strategy, () => 'restart', { restarts: { most: 3, withinMs: 1 } }),
    });
    await world.drained();
    expect(world.seen).toEqual(['v1 e1 1', 'v1 e2 1']);
  });

  it('escalates to the consumer, and without anybody there ends it', async () => {
    const world = new SupervisedWorld();
    world.put([1]);
    world.failing = failOnce('e1');
    const { consumer } = await world.run({ own: world.supervision(strategy, () => 'escalate') });
    await expect(world.clock.settle(consumer.finished)).rejects.toMatchObject({
      code: 'handler-failed',
      message: expect.stringContaining('cannot handle e1'),
    });
    expect(consumer.health().kind).toBe('failed');
    expect(world.committed(1)).toBe(0);
  });
});

describe.each(['oneForOne', 'allForOne'] as const)('supervision of a consumer, %s', (strategy) => {
  it('restarts all handlers of one event type, or of all', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.put([2], { key: 'b' });
    world.putReturned();
    const above = world.supervision(strategy, () => 'restart');
    await world.run({ own: world.supervision('oneForOne', () => 'escalate'), above });
    await world.drained();
    world.failing = failOnce('e3');
    world.put([1], { key: 'a' });
    await world.drained();
    world.put([2], { key: 'b' });
    world.putReturned();
    await world.drained();
    expect(world.seen).toContain('v2 e4 1');
    const returned = strategy === 'oneForOne' ? 'returned r2 2' : 'returned r2 1';
    await world.clock.until(() => world.seen.includes(returned));
  });

  it('stops one event type, or all', async () => {
    const world = new SupervisedWorld();
    world.put([1]);
    world.failing = failOnce('e1');
    await world.run({ above: world.supervision(strategy, () => 'stop') });
    await world.clock.advance(5_000);
    world.putReturned();
    await world.clock.advance(5_000);
    expect(world.seen).toEqual(strategy === 'oneForOne' ? ['returned r1 1'] : []);
    expect(world.hooks).toEqual(['stop e1']);
  });

  it('resumes, and escalates to the process', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.put([1], { key: 'b' });
    world.failing = failOnce('e1', 'e2');
    const { consumer } = await world.run({
      above: world.supervision(strategy, (_, { id }) => (id === 'e1' ? 'resume' : 'escalate')),
    });
    await expect(world.clock.settle(consumer.finished)).rejects.toMatchObject({ code: 'handler-failed' });
    expect(world.letters().map(({ key }) => key)).toEqual(['a']);
  });
});

describe('a supervisor', () => {
  it('chooses by the error', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.put([1], { key: 'b' });
    const errors: Record<string, unknown[]> = {
      e1: [new TypeError('a bug')],
      e2: ['no error at all', undefined],
    };
    world.failing = (id) => errors[id]?.shift();
    const decide = (error: unknown) => (error instanceof TypeError ? 'resume' : 'restart');
    const { consumer } = await world.run({ own: world.supervision('oneForOne', decide) });
    await world.drained();
    expect(world.letters().map(({ error }) => error?.message)).toEqual(['a bug']);
    expect(world.seen).toEqual(['v1 e2 1']);
    expect(consumer.stats().restarts).toBe(1);
  });

  it('that fails itself counts as none: the event is tried as often as usual, and parked with its own error', async () => {
    const world = new SupervisedWorld();
    world.put([1], { key: 'a' });
    world.failing = () => new Error('spoiled');
    const decide = (): never => {
      throw new Error('a bug of the supervision');
    };
    await world.run({ own: world.supervision('oneForOne', decide) });
    await world.drained();
    expect(world.letters()).toMatchObject([
      { because: 'failed', attempts: 5, error: { message: 'spoiled' } },
    ]);
  });

  it('goes on where a hook fails', async () => {
    const world = new SupervisedWorld();
    world.put([1]);
    world.failing = failOnce('e1');
    const beforeRestart = () => Promise.reject(new Error('hook'));
    await world.run({ own: world.supervision('oneForOne', () => 'restart', { beforeRestart }) });
    await world.drained();
    expect(world.seen).toEqual(['v1 e1 1']);
  });

  it('keeps no other event type from what comes back when it has stopped one', async () => {
    const world = new SupervisedWorld();
    let state: 'broken' | 'mended' = 'broken';
    world.failing = (id) =>
      state === 'broken' || id === 'e121' ? new Error(`cannot handle ${id}`) : undefined;
    for (let i = 0; i < 120; i += 1) world.put([1], { key: `k${i}` });
    world.putReturned();
    const decide = (_: unknown, { id }: Failure): SupervisorDirective => (id === 'e121' ? 'stop' : 'resume');
    await world.run({ above: world.supervision('oneForOne', decide) });
    await world.drained();
    expect(world.letters()).toHaveLength(121);
    state = 'mended';
    world.put([1], { key: 'last' });
    await world.clock.until(() => world.hooks.includes('stop e121'));
    await world.replay();
    await world.clock.until(() => world.seen.some((one) => one.startsWith('returned r1')));
    await world.clock.until(() => world.letters().length === 241);
    expect(await world.openLetters()).toHaveLength(120);
  });
});
