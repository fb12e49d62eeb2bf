import { emptyState, foldEntries, followControlLog, type LoggedEntry } from '@baton/control';
import { controlTopicSpec, createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { silentLogger } from '@baton/messaging';
import { handWrittenClient } from '../hand-written/client';
import type { Figures, Row, World } from '../row';
import { figureOf } from '../targets';
import { brokersOf } from '../workload/addresses';
import { portsOf } from '../workload/backlog';
import { controlEntries, type EntriesPlan } from '../workload/control-entries';
import { within } from '../workload/pace';

const layout = 1;
const limitMs = 120_000;
/** After every log-append time there will be: the instants of measured bindings are never too early. */
const instantsFrom = 8_000_000_000_000;

const shapes: Readonly<Record<string, Omit<EntriesPlan, 'entries'>>> = {
  'many groups': { groups: 2_000, members: 3 },
  'few groups': { groups: 100, members: 3 },
};

const entriesOf = { full: 100_000, quick: 10_000 } as const;

/** Finds the control log of a plan on the broker, or writes it. */
const findLog = async (plan: EntriesPlan, kafka: KafkaPorts, env: NodeJS.ProcessEnv): Promise<string> => {
  for (let copy = 1; ; copy += 1) {
    const topic = `bench.control-${plan.entries}-${plan.groups}-${layout}-${copy}`;
    await kafka.topics.apply([controlTopicSpec(topic)]);
    const [stored = 0] = await kafka.logOffsets.end(topic);
    if (stored === 0) await write(topic, plan, env);
    if (stored === 0 || stored === plan.entries) return topic;
  }
};

const write = async (topic: string, plan: EntriesPlan, env: NodeJS.ProcessEnv): Promise<void> => {
  const producer = handWrittenClient(brokersOf(env)).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  try {
    const messages = [...controlEntries(plan, instantsFrom)].map((entry) => ({
      key: null,
      value: JSON.stringify(entry),
      partition: 0,
    }));
    for (let first = 0; first < messages.length; first += 2_000)
      await producer.send({ topic, messages: messages.slice(first, first + 2_000) });
  } finally {
    await producer.disconnect();
  }
};

/** Reads the whole log the way every service does at its start. */
const replayMs = async (topic: string, { entries, groups }: EntriesPlan, env: NodeJS.ProcessEnv) => {
  const kafka = createKafkaPorts({
    brokers: brokersOf(env),
    clientId: 'baton-bench',
    logger: silentLogger,
    controlTopic: topic,
  });
  try {
    const began = performance.now();
    const follower = followControlLog({ log: await kafka.controlLog() });
    await within(limitMs, `${entries} entries`, follower.catchUp());
    const took = performance.now() - began;
    const state = follower.state();
    await follower.close();
    assertWhole(state, { entries, groups });
    return took;
  } finally {
    await kafka.close();
  }
};

/** Throws unless every entry was read and counts. */
export const assertWhole = (
  state: { readonly entries: number; readonly voids: number; readonly groups: ReadonlyMap<string, unknown> },
  { entries, groups }: Pick<EntriesPlan, 'entries' | 'groups'>,
): void => {
  if (state.entries !== entries || state.voids !== 0 || state.groups.size !== groups) {
    throw new Error(
      `Expected ${entries} valid entries of ${groups} groups, got ${state.entries} of ${state.groups.size}, ${state.voids} of them void.`,
    );
  }
};

/** The same without a broker: entries that are parsed already. */
export const foldMs = (plan: EntriesPlan): number => {
  const logged: LoggedEntry[] = [...controlEntries(plan, instantsFrom)].map((value, offset) => ({
    offset,
    at: offset,
    value,
  }));
  const began = performance.now();
  const state = foldEntries(logged, emptyState);
  const took = performance.now() - began;
  assertWhole(state, plan);
  return took;
};

const measure = async (name: string, { size, env }: World): Promise<Figures> => {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`There is no contender ${name}.`);
  const plan = { ...shape, entries: entriesOf[size] };
  const kafka = portsOf(env);
  try {
    const topic = await findLog(plan, kafka, env);
    return { replay: await replayMs(topic, plan, env), fold: foldMs(plan) };
  } finally {
    await kafka.close();
  }
};

const limit = 2_000;

/** How long a service takes to read a long control log at its start. */
export const replay: Row = {
  name: 'replay',
  title: 'Replay of a control log of 100,000 entries',
  needs: 'broker',
  how: 'A log in which groups were bound to and fro is opened, read to its end and folded, as every service does at its start. A quick run reads 10,000 entries.',
  measures: [
    { name: 'replay', title: 'read and folded', unit: 'ms', better: 'lower' },
    { name: 'fold', title: 'folded only', unit: 'ms', better: 'lower' },
  ],
  contenders: Object.keys(shapes),
  targets: Object.keys(shapes).map((shape) => ({
    measure: 'replay',
    text: `under 2 s (${shape})`,
    met: (medians) => {
      const figure = figureOf(medians, shape, 'replay');
      return figure === undefined ? undefined : figure < limit;
    },
  })),
  run: measure,
};
