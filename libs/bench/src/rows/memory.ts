import { setTimeout as sleep } from 'node:timers/promises';
import { topicOf, version } from '@baton/core';
import { createConsumer, type Handler, handle } from '@baton/messaging';
import { handWrittenClient } from '../hand-written/client';
import { loanDecoder } from '../hand-written/decode';
import type { Figures, Row, Size, World } from '../row';
import { figureOf, ratioTarget } from '../targets';
import { uniqueName } from '../unique-name';
import { brokersOf } from '../workload/addresses';
import { type Backlog, type BacklogPlan, findBacklog, portsOf } from '../workload/backlog';
import { boundBindings } from '../workload/bound-bindings';
import { type Loan, loan } from '../workload/loan';
import { memoryFigures, watchMemory } from '../workload/memory-watch';

const partitions = 6;
const handlerMs = { small: 2, large: 100 } as const;
const largeBytes = 500_000;
const sampleMs = 500;

const watchedMs = { full: 20_000, quick: 5_000 } as const;

/** Text that does not compress and is not alike in any two messages. */
const largeNote = (n: number): string => {
  const unit = ((n + 1) * 2_654_435_761).toString(36);
  return `${n} ${unit.repeat(Math.ceil(largeBytes / unit.length))}`.slice(0, largeBytes);
};

export const smallPlan = (size: Size): BacklogPlan => {
  const events = size === 'full' ? 1_000_000 : 50_000;
  return { name: `Behind${events}x`, events, partitions, stored: [1] };
};

export const largePlan = (size: Size): BacklogPlan => {
  const events = size === 'full' ? 2_000 : 400;
  return {
    ...{ name: `Large${events}x`, events, partitions, stored: [1], batch: 12 },
    data: (n) => ({ ...loan(n), note: largeNote(n) }),
  };
};

/** What a run must not be able to pretend: it read on all the time, and did not come to the end. */
export const assertBehind = (handled: number, events: number): void => {
  if (handled === 0) throw new Error('Expected events to be handled while memory was watched, got none.');
  if (handled >= events) {
    throw new Error(`Expected the handler to stay behind ${events} events, but it has handled all of them.`);
  }
};

const watch = async (size: Size, events: number, handled: () => number): Promise<Figures> => {
  for (let waited = 0; handled() === 0 && waited < 30_000; waited += 50) await sleep(50);
  const watched = watchMemory(sampleMs);
  await sleep(watchedMs[size]);
  const samples = watched.stop();
  assertBehind(handled(), events);
  return { ...memoryFigures(samples) };
};

const batonMemory = async (
  { eventType, codec, events }: Backlog,
  ms: number,
  { size, env }: World,
): Promise<Figures> => {
  const kafka = portsOf(env);
  const group = uniqueName('behind');
  const bindings = await boundBindings({ group, eventType, first: version(1) });
  let handled = 0;
  const slow: Handler<Loan> = async () => {
    await sleep(ms);
    handled += 1;
  };
  const { groupMember, logOffsets } = kafka;
  const on = [handle(eventType, { 1: slow, 2: slow })];
  const consumer = createConsumer({ group, instance: 'bench', on, groupMember, logOffsets, codec, bindings });
  try {
    await consumer.start();
    return await watch(size, events, () => handled);
  } finally {
    await consumer.stop();
    await bindings.close();
    await kafka.close();
  }
};

/** As one writes it by hand, at the client's own limits: one message after the other in each partition. */
const kafkajsMemory = async (
  { eventType, events }: Backlog,
  ms: number,
  { size, env }: World,
): Promise<Figures> => {
  const topic = topicOf(eventType.name, version(1));
  const decode = loanDecoder(1);
  const consumer = handWrittenClient(brokersOf(env)).consumer({
    groupId: uniqueName('by-hand'),
    maxWaitTimeInMs: 150,
  });
  let handled = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: partitions,
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning }) => {
      for (const { value, offset } of batch.messages) {
        if (!isRunning()) return;
        if (value !== null) decode(value);
        await sleep(ms);
        handled += 1;
        resolveOffset(offset);
        await heartbeat();
      }
    },
  });
  try {
    return await watch(size, events, () => handled);
  } finally {
    await consumer.disconnect();
  }
};

const small = ({ size, env }: World) => findBacklog(smallPlan(size), env);
const large = ({ size, env }: World) => findBacklog(largePlan(size), env);

const contenders: Readonly<Record<string, (world: World) => Promise<Figures>>> = {
  baton: async (world) => batonMemory(await small(world), handlerMs.small, world),
  kafkajs: async (world) => kafkajsMemory(await small(world), handlerMs.small, world),
  'baton, 500 kB messages': async (world) => batonMemory(await large(world), handlerMs.large, world),
  'kafkajs, 500 kB messages': async (world) => kafkajsMemory(await large(world), handlerMs.large, world),
};

/** What may come and go with the batches in hand, which are read whole. */
const flatMbPerMinute = 30;

const flat = (contender: string) => ({
  measure: 'growth',
  text: `flat: at most ${flatMbPerMinute} MB more a minute (${contender})`,
  met: (medians: Parameters<typeof figureOf>[0]) => {
    const growth = figureOf(medians, contender, 'growth');
    return growth === undefined ? undefined : growth <= flatMbPerMinute;
  },
});

/** What a consumer holds in memory while it is far behind and its handler is slow. */
export const memory: Row = {
  name: 'memory',
  title: 'Memory, 1,000,000 messages behind a slow handler',
  needs: 'broker',
  how: `A handler takes ${handlerMs.small} ms for each message of a backlog of 1,000,000 (50,000 in a quick run), or ${handlerMs.large} ms for each of 2,000 with 500 kB, on ${partitions} partitions. For 20 s the process looks at what survives a full collection; growth is the slope after the first third.`,
  measures: [
    { name: 'growth', title: 'growth', unit: 'MB/min', better: 'lower' },
    { name: 'peakLive', title: 'highest, after collection', unit: 'MB', better: 'lower' },
    { name: 'peakRss', title: 'highest resident size', unit: 'MB', better: 'lower' },
  ],
  contenders: Object.keys(contenders),
  quickContenders: ['baton', 'kafkajs'],
  targets: [
    flat('baton'),
    flat('baton, 500 kB messages'),
    ratioTarget({
      measure: 'peakRss',
      of: ['baton', 'kafkajs'],
      atMost: 2,
      floor: 4,
      text: 'at most twice the highest resident size of hand-written kafkajs',
    }),
  ],
  run: async (name, world) => {
    const contender = contenders[name];
    if (contender === undefined) throw new Error(`There is no contender ${name}.`);
    return contender(world);
  },
};
