import { createLogBindings } from '@baton/control';
import type { EventType, Timeline } from '@baton/core';
import { topicOf, version } from '@baton/core';
import {
  type BindingSource,
  createConsumer,
  delay,
  type Event,
  type HandlerContext,
  handle,
  staticBindings,
} from '@baton/messaging';
import type { BrokerClient } from '../broker/memory-broker';
import type { MemoryInboxDatabase } from '../database/inbox-database';
import { createJsonCodec } from '../json-codec';
import type { Running } from './host';
import { handleInInbox } from './inbox-program';
import { observedLog } from './observed-log';
import type { Plan } from './plan-types';
import { announce } from './presence';
import { createRandom } from './random';
import type { Recorder } from './recorder';

export interface MemberProgramDeps {
  readonly plan: Plan;
  readonly group: string;
  readonly eventType: EventType;
  readonly reads: readonly number[];
  /** What is configured; the control log says it if left out. */
  readonly timeline: Timeline | undefined;
  readonly recorder: Recorder;
  /** How long the handler takes for the event of this publish call, how often it fails first, and how long it stays in its transaction. */
  readonly handling: (call: number) => {
    readonly ms: number;
    readonly failures: number;
    readonly staysMs: readonly [number, number];
  };
  /** Where the inbox of the group is; its handlers run without one if left out. */
  readonly inboxes: MemoryInboxDatabase | undefined;
}

/** Starts a member of a group in a process, with the bindings of the control log or of its configuration. */
export const startMember = async (client: BrokerClient, deps: MemberProgramDeps): Promise<Running> => {
  const { plan, group, eventType, reads } = deps;
  const { process, clock } = client;
  const presence = await announce(client.presence(), clock, () => ({
    schemaVersion: 1,
    kind: 'member',
    instance: process.name,
    service: group,
    host: 'simulated',
    pid: 1,
    startedAt: 0,
    group,
    handles: { [eventType.name]: reads.map((one) => version(one)) },
  }));
  const bindings =
    deps.timeline === undefined ? await fromLog(client, deps) : configured(client, deps, deps.timeline);
  const { handler, middleware, close } = await handlingOf(client, deps);
  const consumer = createConsumer({
    ...client,
    group,
    instance: process.name,
    on: [handle(eventType, handlersOf(eventType, handler), { reads })],
    middleware,
    codec: createJsonCodec(),
    bindings,
    random: createRandom(`${plan.seed}/pauses/${process.name}`).next,
    settings: {
      leaseMs: plan.leaseMs,
      heartbeatIntervalMs: plan.heartbeatMs,
      marginMs: plan.marginMs,
      commitIntervalMs: plan.commitMs,
      retryMs: { first: 100, longest: 1_000 },
      drainMs: 4_000,
    },
  });
  consumer.start().catch(() => {});
  return {
    ended: consumer.finished,
    stop: async () => {
      await consumer.stop();
      close();
      await bindings.close();
      await presence.goodbye();
    },
  };
};

/** Bindings as the control log has them; every change is told. */
const fromLog = async (
  client: BrokerClient,
  { plan, group, eventType, recorder }: MemberProgramDeps,
): Promise<BindingSource> => {
  const { process, clock } = client;
  const watch = watchTimeline(recorder, { process: process.name, group, eventType: eventType.name });
  const log = observedLog(await client.controlLog(), {
    process: process.name,
    recorder,
    afterEntry: (read) => watch(bindings, read),
  });
  const lead = plan.leaseMs + plan.marginMs;
  const bindings: BindingSource = createLogBindings({ log, group, by: process.name, lead, clock });
  return bindings;
};

/** Bindings as the configuration has them. */
const configured = (
  { process, clock }: BrokerClient,
  { plan, group, eventType, recorder }: MemberProgramDeps,
  timeline: Timeline,
): BindingSource => {
  const { name } = eventType;
  const segments = timeline.map((one) => ({ ...one }));
  recorder.observe({
    kind: 'timeline-seen',
    process: process.name,
    group,
    eventType: name,
    read: 0,
    timeline: segments,
  });
  const leadMs = plan.leaseMs + plan.marginMs;
  return staticBindings({ group, timelines: { [name]: timeline }, clock, leadMs });
};

/** The handler of a group, behind an inbox where it has one. */
const handlingOf = (client: BrokerClient, deps: MemberProgramDeps) => {
  const { inboxes, reads, eventType, ...rest } = deps;
  if (inboxes === undefined) return { handler: createHandler(client, deps), middleware: [], close: () => {} };
  const topics = reads.map((one) => topicOf(eventType.name, version(one)));
  return handleInInbox(client, { ...rest, topics, inboxes });
};

type RecordHandler = (event: Event<unknown>, context: HandlerContext) => Promise<void>;

const handlersOf = (eventType: EventType, handler: RecordHandler): Record<number, RecordHandler> =>
  Object.fromEntries(Object.keys(eventType.versions).map((one) => [Number(one), handler]));

const createHandler =
  ({ process, clock }: BrokerClient, { recorder, handling }: MemberProgramDeps): RecordHandler =>
  async ({ id, source, key, data }, { topic, partition, offset, responsible, attempt }) => {
    const membership = recorder.membershipOf(process.name);
    if (membership === undefined || !process.isAlive()) return;
    const what = { ...membership, topic, partition, offset, source, id, key, version: responsible, attempt };
    recorder.observe({ kind: 'handler-began', ...what });
    const { ms, failures } = handling((data as { n: number }).n);
    if (ms > 0) await delay(clock, ms);
    if (!process.isAlive()) return;
    if (attempt <= failures) {
      recorder.observe({ kind: 'handler-failed', ...what });
      throw new Error('the handler of this run fails at first');
    }
    recorder.observe({ kind: 'handler-ended', ...what });
  };

/** Says how the timeline looks to a process whenever that changed. */
const watchTimeline = (
  recorder: Recorder,
  who: { readonly process: string; readonly group: string; readonly eventType: string },
): ((bindings: BindingSource, read: number) => void) => {
  let last: Timeline | undefined;
  return (bindings, read) => {
    const { timeline } = bindings.of(who.eventType);
    if (timeline === undefined || timeline === last) return;
    last = timeline;
    recorder.observe({ kind: 'timeline-seen', ...who, read, timeline: timeline.map((one) => ({ ...one })) });
  };
};
