import { type Clock, delay, type Event, type HandlerContext, type Middleware } from '@baton/messaging';
import { openInboxOn, transactionOf } from '@baton/postgres';
import type { BrokerClient } from '../broker/memory-broker';
import type { MemoryInboxDatabase } from '../database/inbox-database';
import { insertEffect } from '../database/inbox-server';
import type { Recorder } from './recorder';

export interface InboxProgramDeps {
  readonly group: string;
  readonly topics: readonly string[];
  readonly recorder: Recorder;
  readonly inboxes: MemoryInboxDatabase;
  /** What the handler does with the event of this publish call: how long it works, how often it fails first, how long it then stays, before its effect and after. */
  readonly handling: (call: number) => {
    readonly ms: number;
    readonly failures: number;
    readonly staysMs: readonly [number, number];
  };
}

type RecordHandler = (event: Event<unknown>, context: HandlerContext) => Promise<void>;

/** A handler whose effect is a row beside the mark of its event. */
export interface InboxHandling {
  readonly handler: RecordHandler;
  readonly middleware: readonly Middleware[];
  close(): void;
}

/** Opens the inbox of a member: what it handles is seen from outside, its effect where it is committed. */
export const handleInInbox = async (client: BrokerClient, deps: InboxProgramDeps): Promise<InboxHandling> => {
  const { process, clock } = client;
  const { group, topics, inboxes, handling } = deps;
  const store = inboxes.store(process, group);
  const inbox = await openInboxOn(store, { group, topics, topicReader: client.topics, clock });
  return {
    middleware: [observed(client, deps), inbox.middleware],
    handler: async (event, context) => {
      const {
        ms,
        failures,
        staysMs: [before, after],
      } = handling((event.data as { n: number }).n);
      if (ms > 0) await delay(clock, ms);
      await stay(clock, before, context.signal);
      if (context.attempt <= failures) throw new Error('the handler of this run fails at first');
      const row = JSON.stringify(happeningOf(client, deps, { event, context }));
      await transactionOf(context).query(insertEffect, [row]);
      await stay(clock, after, context.signal);
    },
    close: inbox.close,
  };
};

/**
 * Works on in the transaction. Who does so for longer than members may take to join again has to let go when he is told
 * to: a group with such an event would hand it on for ever, whoever begins it.
 */
const stay = async (clock: Clock, ms: number, signal: AbortSignal): Promise<void> => {
  if (ms <= 0) return;
  if (ms <= longestBlindMs) return delay(clock, ms);
  for (let left = ms; left > 0; left -= lookMs) {
    await delay(clock, Math.min(left, lookMs));
    if (signal.aborted) throw new Error('the handler of this run was told to let go');
  }
};

const longestBlindMs = 2_000;
const lookMs = 250;

/** An event is handled once its transaction has ended well, or somebody has handled it before. */
const observed =
  (client: BrokerClient, deps: InboxProgramDeps): Middleware =>
  (next) =>
  async (event, context) => {
    const what = happeningOf(client, deps, { event, context });
    const isAlive = (): boolean => client.process.isAlive();
    if (what === undefined || !isAlive()) return;
    deps.recorder.observe({ kind: 'handler-began', ...what });
    try {
      await next(event, context);
    } catch (error) {
      if (isAlive()) deps.recorder.observe({ kind: 'handler-failed', ...what });
      throw error;
    }
    if (isAlive()) deps.recorder.observe({ kind: 'handler-ended', ...what });
  };

const happeningOf = (
  { process }: BrokerClient,
  { recorder }: InboxProgramDeps,
  { event, context }: { readonly event: Event<unknown>; readonly context: HandlerContext },
) => {
  const membership = recorder.membershipOf(process.name);
  if (membership === undefined) return undefined;
  const { id, source, key } = event;
  const { topic, partition, offset, responsible, attempt, generation } = context;
  const { group, memberId } = membership;
  const who = { process: process.name, group, memberId, generation };
  return { ...who, topic, partition, offset, source, id, key, version: Number(responsible), attempt };
};
