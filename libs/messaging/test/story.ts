import { isBatonError } from '@baton/core';
import { BookEvent, type BookWorld, type RunningConsumer, skewedClock, worldSettings } from '@baton/testing';
import * as fc from 'fast-check';
import { delay, type EventPublisher } from '../src';

const marginMs = 1_000;
const leadMs = worldSettings.leaseMs + marginMs;
const listingMs = 3_000;
const decideMs = 10_000;

type Act =
  | {
      readonly kind: 'publish';
      readonly by: 'p1' | 'p2';
      readonly as: 'old' | 'dual' | 'new';
      readonly key: string;
      readonly times: number;
    }
  | { readonly kind: 'bind'; readonly version: number }
  | { readonly kind: 'start' | 'start-old' | 'stop' | 'kill' | 'freeze' | 'cut'; readonly member: number }
  | {
      readonly kind: 'fault';
      readonly operation: 'send' | 'commit' | 'commit-offsets' | 'read-offsets';
      readonly how: 'lost-request' | 'lost-response';
    };

const someAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      by: fc.constantFrom('p1' as const, 'p2' as const),
      as: fc.constantFrom('old' as const, 'dual' as const, 'dual' as const, 'dual' as const, 'new' as const),
      key: fc.constantFrom('a', 'b', 'c'),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('bind' as const), version: fc.constantFrom(1, 2, 2) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'start' as const,
        'start' as const,
        'start-old' as const,
        'stop' as const,
        'kill' as const,
        'freeze' as const,
        'cut' as const,
      ),
      member: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault' as const),
      operation: fc.constantFrom(
        'send' as const,
        'commit' as const,
        'commit-offsets' as const,
        'read-offsets' as const,
      ),
      how: fc.constantFrom('lost-request' as const, 'lost-response' as const),
    }),
  },
);

export const somePlan = fc.array(
  fc.record({ act: someAct, thenMs: fc.constantFrom(0, 0, 1, 7, 60, 400, 400, 2_000, 5_000) }),
  { minLength: 25, maxLength: 60 },
);

interface PublishedDual {
  readonly publisher: string;
  readonly key: string;
  readonly n: number;
}

/** One run: publishers of every kind, members that come, go, freeze and die, and bindings by the protocol. */
export class Story {
  /** What was published and became visible, by its number, and whether as twins. */
  readonly durable = new Set<number>();
  readonly duals: PublishedDual[] = [];
  readonly refusals: unknown[] = [];
  /** Events that a handler was given although a proposal that concerns them was open. */
  readonly tooEarly: number[] = [];
  private readonly publishers = new Map<string, EventPublisher>();
  private readonly members: RunningConsumer[] = [];
  private readonly under: Promise<unknown>[] = [];
  private proposals = 0;
  private published = 0;
  private undecidedFrom = Number.POSITIVE_INFINITY;

  constructor(
    readonly world: BookWorld,
    /** Whether a try to handle an event fails. */
    private readonly fails: (n: number, attempt: number) => boolean,
  ) {}

  async open(): Promise<void> {
    for (const by of ['p1', 'p2'] as const) {
      const skew = by === 'p1' ? 900 : -400;
      const clock = skewedClock(this.world.clock, () => skew);
      for (const [as, versions] of [
        ['old', [1]],
        ['dual', [1, 2]],
        ['new', [2]],
      ] as const) {
        this.publishers.set(
          `${by}-${as}`,
          await this.world.publisher(`${by}-${as}`, versions, { clock, limits: { maxBatchEvents: 3 } }),
        );
      }
    }
    this.start();
  }

  async play(act: Act): Promise<void> {
    switch (act.kind) {
      case 'publish':
        for (let i = 0; i < act.times; i += 1) this.publish(act.by, act.as, act.key);
        return;
      case 'bind':
        if (this.undecidedFrom === Number.POSITIVE_INFINITY) this.under.push(this.bind(act.version));
        return;
      case 'start':
        this.start();
        return;
      case 'start-old':
        if (this.isNeverBound()) this.start([1]);
        return;
      case 'fault':
        this.world.broker.network.fail(act);
        return;
      case 'stop':
      case 'kill':
      case 'freeze':
      case 'cut':
        this.disturb(act.kind, this.members[act.member % this.members.length]);
    }
  }

  /** Everything is mended, a last member started, and time passes until nothing is left. */
  async close(): Promise<void> {
    const { world } = this;
    world.broker.network.heal();
    for (const { client } of this.members) {
      client.process.thaw();
      client.process.reconnect();
    }
    this.start();
    await world.clock.settle(Promise.all(this.under), 200_000);
    await world.drained(200_000);
  }

  /** An older release joins only before a binding: later it could not keep the order with versions it does not read. */
  private isNeverBound(): boolean {
    const { timeline, proposal } = this.world.bindings.of(BookEvent.name);
    return proposal === undefined && (timeline === undefined || timeline.length === 1);
  }

  private publish(by: string, as: string, key: string): void {
    this.published += 1;
    const n = this.published;
    const publisher = this.publishers.get(`${by}-${as}`);
    if (publisher === undefined) throw new Error(`no publisher ${by}-${as}`);
    if (as === 'dual') this.duals.push({ publisher: by, key, n });
    this.under.push(
      publisher.publish(BookEvent, { key, data: { n } }).then(
        () => this.durable.add(n),
        (error) => this.refusals.push(error),
      ),
    );
  }

  private start(reads: readonly number[] = [1, 2]): void {
    const instance = `m${this.members.length}`;
    const member: RunningConsumer = this.world.consumer(instance, {
      reads,
      onEvent: async ({ data, createdAt }, { attempt }) => {
        if (createdAt >= this.undecidedFrom) this.tooEarly.push(data.n);
        await delay(member.client.clock, (data.n * 37) % 150);
        if (this.fails(data.n, attempt)) throw new Error('not yet');
      },
    });
    this.members.push(member);
    member.consumer.start().catch((error) => this.refusals.push(error));
  }

  private disturb(how: 'stop' | 'kill' | 'freeze' | 'cut', member: RunningConsumer | undefined): void {
    if (member === undefined) return;
    const { process } = member.client;
    if (how === 'stop') void member.consumer.stop();
    if (how === 'kill') process.kill();
    if (how === 'freeze') {
      process.freeze();
      this.world.clock.after(8_000, () => process.thaw());
    }
    if (how === 'cut') {
      process.disconnect();
      this.world.clock.after(7_000, () => process.reconnect());
    }
  }

  /** Proposes, lists, waits for the answers, confirms or withdraws; as the script does it. */
  private async bind(v: number): Promise<void> {
    const { bindings, clock, broker, group } = this.world;
    if (bindings.of(BookEvent.name).timeline === undefined) return;
    this.proposals += 1;
    const id = `proposal-${this.proposals}`;
    const since = this.world.in(leadMs + listingMs);
    this.undecidedFrom = since;
    bindings.propose(BookEvent.name, { id, since, version: this.world.version(v) });
    await delay(clock, 50);
    const { members } = await broker.groupReader.describe(group);
    const listed = members.map(({ memberId }) => memberId);
    while (clock.now() < since + decideMs && !this.answered(id, listed)) await delay(clock, 100);
    this.undecidedFrom = Number.POSITIVE_INFINITY;
    if (this.answered(id, listed)) bindings.confirm(BookEvent.name);
    else bindings.withdraw(BookEvent.name);
  }

  private answered(id: string, listed: readonly string[]): boolean {
    const { answers } = this.world.bindings;
    const given = answers.filter(({ proposalId }) => proposalId === id);
    return (
      listed.every((member) => given.some(({ memberId }) => memberId === member)) &&
      given.every(({ answer }) => answer.kind === 'acknowledged')
    );
  }
}

export const check = (story: Story): void => {
  const { world, durable, duals, refusals } = story;
  const handled = new Set(world.handled.map(({ n }) => n));
  expect(story.tooEarly).toEqual([]);
  for (const error of refusals) expect(isBatonError(error)).toBe(true);
  for (const n of durable) expect(handled).toContain(n);

  const versions = new Map<string, Set<number>>();
  for (const { id, version } of world.handled) versions.set(id, (versions.get(id) ?? new Set()).add(version));
  for (const [id, seen] of versions) expect([id, [...seen]]).toEqual([id, [[...seen][0]]]);

  const order = [...handled];
  for (const publisher of ['p1', 'p2']) {
    for (const key of ['a', 'b', 'c']) {
      const mine = duals
        .filter((dual) => dual.publisher === publisher && dual.key === key && handled.has(dual.n))
        .map(({ n }) => n);
      expect(order.filter((n) => mine.includes(n))).toEqual(mine);
    }
  }
};
