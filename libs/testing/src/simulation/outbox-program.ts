import { type EventType, isBatonError } from '@baton/core';
import { delay } from '@baton/messaging';
import { type RelayLimits, rangeOf, startRelay } from '@baton/postgres';
import type { BrokerClient } from '../broker/memory-broker';
import type { ClientTransaction, DatabaseClient } from '../database/memory-database';
import { createJsonCodec } from '../json-codec';
import { newestDataOf } from './event-types';
import type { OutboxPlan } from './plan-types';
import { beginPublishing, type PublisherProgram, type PublisherProgramDeps } from './publisher-program';

export interface OutboxProgramDeps extends PublisherProgramDeps {
  readonly database: DatabaseClient;
  readonly outbox: OutboxPlan;
  /** How long the transaction of a call stays open, and how its caller ends it. */
  readonly transactionOf: (call: number) => { readonly ms: number; readonly end: 'commit' | 'roll-back' };
}

/** The CloudEvents source of all publishers that share the outbox. */
export const outboxSource = 'lending-desk';

/** Starts a publisher whose callers put events into an outbox in transactions of their own, with a relay beside them. */
export const startOutboxPublisher = async (
  client: BrokerClient,
  deps: OutboxProgramDeps,
): Promise<PublisherProgram> => {
  const { plan, eventType, versions, marginMs, database, outbox } = deps;
  const { policy, presence, follow } = await beginPublishing(client, deps, outboxSource);
  const relay = await startRelay({
    database: database.relays,
    source: outboxSource,
    publishes: [{ eventType, versions }],
    codec: createJsonCodec(),
    createProducer: client.createProducer,
    topics: client.topics,
    partitioner: client.partitioner,
    policy,
    ranges: outbox.ranges,
    clock: client.clock,
    limits: limitsOf(outbox, { marginMs, maxBatchEvents: plan.maxBatchEvents }),
  });
  follow(() => relay.publishing());
  return {
    publish: (call, key) => insertOne(client, deps, { call, key }),
    ended: new Promise(() => {}),
    stop: async () => {
      await relay.close();
      await policy.close();
      await presence.goodbye();
    },
  };
};

const limitsOf = (
  { pollMs, balanceMs, standstillMs }: OutboxPlan,
  own: Pick<RelayLimits, 'marginMs' | 'maxBatchEvents'>,
): Partial<RelayLimits> => ({
  ...own,
  pollMs,
  balanceMs,
  standstillMs,
  lagMs: 30_000,
  cleanMs: 30_000,
  keepSentMs: 20_000,
});

interface Asked {
  readonly call: number;
  readonly key: string;
}

/** The caller gave its transaction up. */
class GivenUp extends Error {}

const insertOne = async (client: BrokerClient, deps: OutboxProgramDeps, asked: Asked): Promise<void> => {
  const { process, clock } = client;
  const { recorder, eventType, database, newId, transactionOf } = deps;
  const { call, key } = asked;
  recorder.observe({ kind: 'publish-called', process: process.name, call, eventType: eventType.name, key });
  const id = newId();
  const { ms, end } = transactionOf(call);
  const told = (outcome: 'committed' | 'rejected' | 'unknown', code: string | undefined): void => {
    if (process.isAlive()) recorder.observe({ kind: 'publish-ended', call, outcome, id, code });
  };
  try {
    await database.transaction(async (tx) => {
      await insert(tx, deps, { ...asked, id, process: process.name });
      await delay(clock, ms);
      if (end === 'roll-back') throw new GivenUp();
    });
    told('committed', undefined);
  } catch (error) {
    const code = isBatonError(error) ? error.code : error instanceof GivenUp ? undefined : 'not-ours';
    told(code === 'outcome-unknown' ? 'unknown' : 'rejected', code);
  }
};

/** Whoever has the lock of the key is the next to commit: that is the order that is promised. */
const insert = async (
  tx: ClientTransaction,
  { eventType, recorder, outbox }: OutboxProgramDeps,
  { id, key, call, process }: Asked & { readonly id: string; readonly process: string },
): Promise<void> => {
  const row = rowOf(eventType, { id, key, call }, outbox.ranges);
  await tx.run((server) => server.lock(key));
  await tx.run((server) => {
    const settled = (how: 'committed' | 'rolled-back') => (): void =>
      recorder.observe({ kind: 'row-settled', process, call, source: outboxSource, id, key, how });
    server.onCommit(settled('committed'));
    server.onRollback(settled('rolled-back'));
  });
  await tx.insert(row);
};

const rowOf = (eventType: EventType, { id, key, call }: Asked & { readonly id: string }, ranges: number) => {
  const data = newestDataOf(eventType, call);
  return {
    id,
    source: outboxSource,
    eventType: eventType.name,
    version: eventType.newest,
    key,
    range: rangeOf(key, ranges),
    data,
    bytes: JSON.stringify(data).length,
  };
};
