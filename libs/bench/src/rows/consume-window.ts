import { topicOf, version } from '@baton/core';
import { type ConsumerStats, createConsumer, type Handler, handle } from '@baton/messaging';
import { handWrittenClient } from '../hand-written/client';
import { loanDecoder } from '../hand-written/decode';
import type { Figures, Row, World } from '../row';
import { ratioTarget } from '../targets';
import { uniqueName } from '../unique-name';
import { brokersOf } from '../workload/addresses';
import { type Backlog, type BacklogPlan, createdAtOf, findBacklog, portsOf } from '../workload/backlog';
import { type BoundGroup, boundBindings } from '../workload/bound-bindings';
import type { Loan, LoanV1 } from '../workload/loan';
import { createPace, within } from '../workload/pace';
import { watchedMember } from '../workload/watched-member';

const partitions = 6;
const warmUp = 0.2;
const limitMs = 120_000;
const [v1, v2] = [version(1), version(2)];

const windowPlan = (events: number): BacklogPlan => ({
  name: `Window${events}x`,
  events,
  partitions,
  stored: [1, 2],
});
const pastPlan = (events: number): BacklogPlan => ({
  name: `Past${events}x`,
  events,
  partitions,
  stored: [1],
});

const sizes = { full: { window: 300_000, past: 300_000 }, quick: { window: 30_000, past: 30_000 } } as const;

/** What handlers saw; every event is to be seen once. */
export interface Seen {
  count: number;
  /** Of the numbers of the events. */
  sum: number;
}

/** The handler of all contenders: asynchronous, as handlers are, and with next to nothing to do. */
export const counting =
  (seen: Seen): ((loan: Loan) => Promise<void>) =>
  async ({ borrowedAt }) => {
    seen.count += 1;
    seen.sum += borrowedAt - firstBorrowedAt;
  };

const firstBorrowedAt = 1_790_000_000_000;

/** Throws unless each event from 0 to `events` was handled once. */
export const assertSeen = ({ count, sum }: Seen, events: number): void => {
  const expected = (events * (events - 1)) / 2;
  if (count !== events || sum !== expected) {
    throw new Error(
      `Expected ${events} events once each (sum ${expected}), got ${count} handlings (sum ${sum}).`,
    );
  }
};

interface BatonPlan {
  readonly backlog: Backlog;
  readonly bound: Pick<BoundGroup, 'first' | 'bound'>;
  /** How many events handlers are to see; the rest is skipped. */
  readonly handled: number;
}

const batonRate = async ({ backlog, bound, handled }: BatonPlan, { env }: World): Promise<number> => {
  const { eventType, codec, events, stored } = backlog;
  const total = events * stored.length;
  const kafka = portsOf(env);
  const group = uniqueName('window');
  const bindings = await boundBindings({ group, eventType, ...bound });
  const seen: Seen = { count: 0, sum: 0 };
  const count = counting(seen);
  const handler: Handler<Loan & LoanV1> = ({ data }) => count(data);
  const pace = createPace({ total, warmUp, now: () => performance.now() });
  const consumer = createConsumer({
    group,
    instance: 'bench',
    on: [handle(eventType, { 1: handler, 2: handler as Handler<Loan> })],
    groupMember: watchedMember(kafka.groupMember, () => pace.reached(passedBy(consumer.stats()))),
    logOffsets: kafka.logOffsets,
    codec,
    bindings,
  });
  try {
    await consumer.start();
    const rate = await within(limitMs, `${total} messages`, Promise.race([pace.perSecond, ended(consumer)]));
    assertPassed(passedBy(consumer.stats()), total);
    if (handled > 0) assertSeen(seen, handled);
    else if (seen.count > 0) throw new Error(`Expected every message to be skipped, got ${seen.count} not.`);
    return rate;
  } finally {
    await consumer.stop();
    await bindings.close();
    await kafka.close();
  }
};

const ended = ({ finished }: { readonly finished: Promise<void> }): Promise<never> =>
  finished.then(() => Promise.reject(new Error('The consumer ended before the backlog did.')));

const assertPassed = (passed: number, total: number): void => {
  if (passed !== total) throw new Error(`Expected ${total} messages to be decided, got ${passed}.`);
};

/** How many messages a consumer has decided. */
export const passedBy = ({ processed, skipped }: Pick<ConsumerStats, 'processed' | 'skipped'>): number =>
  [...processed.values(), ...skipped.values()].reduce((sum, count) => sum + count, 0);

const commitEveryMs = 500;

/** One topic, as one reads it by hand: whole batches, avsc, offsets committed every half second. */
const kafkajsRate = async ({ eventType, events }: Backlog, { env }: World): Promise<number> => {
  const topic = topicOf(eventType.name, v2);
  const decode = loanDecoder(2);
  const consumer = handWrittenClient(brokersOf(env)).consumer({
    groupId: uniqueName('by-hand'),
    maxWaitTimeInMs: 150,
  });
  const seen: Seen = { count: 0, sum: 0 };
  const count = counting(seen);
  const pace = createPace({ total: events, warmUp, now: () => performance.now() });
  let committedAt = performance.now();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch, resolveOffset, heartbeat, uncommittedOffsets }) => {
      for (const { value } of batch.messages) {
        if (value !== null) await count(decode(value));
      }
      resolveOffset(batch.lastOffset());
      await heartbeat();
      if (performance.now() - committedAt > commitEveryMs) {
        committedAt = performance.now();
        await consumer.commitOffsets(
          uncommittedOffsets().topics.flatMap(({ topic, partitions: own }) =>
            own.map(({ partition, offset }) => ({ topic, partition, offset })),
          ),
        );
      }
      pace.reached(seen.count);
    },
  });
  try {
    const rate = await within(limitMs, `${events} messages`, pace.perSecond);
    assertSeen(seen, events);
    return rate;
  } finally {
    await consumer.disconnect();
  }
};

const contenders: Readonly<Record<string, (world: World) => Promise<Figures>>> = {
  baton: async (world) => {
    const backlog = await findBacklog(windowPlan(sizes[world.size].window), world.env);
    const { events } = backlog;
    const bound = { first: v1, bound: { since: createdAtOf(events / 2), version: v2 } };
    const messages = await batonRate({ backlog, bound, handled: events }, world);
    return { messages, events: messages / 2 };
  },
  kafkajs: async (world) => {
    const backlog = await findBacklog(windowPlan(sizes[world.size].window), world.env);
    const messages = await kafkajsRate(backlog, world);
    return { messages, events: messages };
  },
  'baton, all decoded': async (world) => {
    const backlog = await findBacklog(pastPlan(sizes[world.size].past), world.env);
    const messages = await batonRate({ backlog, bound: { first: v1 }, handled: backlog.events }, world);
    return { messages, events: messages };
  },
  'baton, all skipped': async (world) => {
    const backlog = await findBacklog(pastPlan(sizes[world.size].past), world.env);
    return { messages: await batonRate({ backlog, bound: { first: v2 }, handled: 0 }, world) };
  },
};

/** How fast both versions are consumed while they are both published. */
export const consumeWindow: Row = {
  name: 'consume-window',
  title: 'Consuming both versions in the window',
  needs: 'broker',
  how: 'A backlog is read. Baton reads both versions, half of the events being bound to each, decides every message and decodes those that count; by hand one topic is read with `eachBatch` and avsc, without automatic commits. The first fifth is not timed.',
  measures: [
    { name: 'messages', title: 'messages', unit: 'messages/s', better: 'higher' },
    { name: 'events', title: 'events', unit: 'events/s', better: 'higher' },
  ],
  contenders: Object.keys(contenders),
  targets: [
    ratioTarget({
      measure: 'messages',
      of: ['baton', 'kafkajs'],
      atLeast: 0.95,
      floor: 0.2,
      text: 'at least 0.95 of the messages/s of hand-written kafkajs',
    }),
    ratioTarget({
      measure: 'messages',
      of: ['baton, all skipped', 'baton, all decoded'],
      atLeast: 1.2,
      floor: 0.9,
      text: 'skipping at least 1.2 times as fast as decoding',
    }),
  ],
  run: async (name, world) => {
    const contender = contenders[name];
    if (contender === undefined) throw new Error(`There is no contender ${name}.`);
    return contender(world);
  },
};
