import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { topicOf, version } from '@baton/core';
import {
  createConsumer,
  delay,
  type EventConsumer,
  type Handler,
  handle,
  type Subscription,
} from '@baton/messaging';
import { connectPostgres, type Database, type Inbox, openInbox, transactionOf } from '@baton/postgres';
import { announcePresence, openBindings, openDeadLetters } from '@baton/service-kit';
import { createRandom } from '../random';
import { chaosEventType, type ShipmentV1, type ShipmentV2 } from '../stage/event-type';
import { insertEffect } from './part-tables';
import { consumerSettings, parseSettings, settingsVariable, timings } from './settings';
import { watchBindings } from './watch-bindings';
import { watchInboxDatabase } from './watch-database';
import { watchMembers } from './watch-member';
import { watchParkers } from './watch-producer';
import { followOrders, openWorker, sampleHoldings } from './worker';

const settings = parseSettings(consumerSettings, process.env[settingsVariable]);
const worker = openWorker(settings);
const { history, points, clock, logger, lifecycle, kafka } = worker;
const random = createRandom(settings.seed);
const startedAt = clock.now();

interface RunningGroup {
  readonly consumer: EventConsumer;
  stop(): Promise<void>;
}

const running = new Map<string, RunningGroup>();

/**
 * Version 1 takes longer, so that it falls behind where there is a backlog, and order rests on the hold; and seldom a
 * handler takes very long, so that there is always something in hand somewhere.
 */
const handlerMs = (version: 1 | 2): number =>
  random.next() < 0.01 ? random.between(20, 200) : version === 1 ? 4 : 0;

type Effects = (typeof settings.groups)[number]['effects'];

const handlerOf =
  (version: 1 | 2, effects: Effects): Handler<ShipmentV1 | ShipmentV2> =>
  async ({ id, type, key, data: { note } }, context) => {
    const { group, topic, partition, offset, attempt } = context;
    const call = { group, topic, partition, offset, id, key, version, note, attempt };
    points.reach('before-handler');
    history.write({ kind: 'handler-began', ...call });
    points.reach('during-handler');
    const ms = handlerMs(version);
    if (ms > 0) await delay(clock, ms);
    if (effects === 'inbox') {
      const worker = `${settings.instance}/${settings.incarnation}`;
      await transactionOf(context).query(insertEffect, [group, id, type, key, version, note, worker]);
    }
    history.write({ kind: 'handler-ended', ...call });
    points.reach('after-handler-before-commit');
  };

const subscriptionOf = (name: string, effects: Effects): Subscription =>
  handle(chaosEventType(name), { 1: handlerOf(1, effects), 2: handlerOf(2, effects) });

let connection: Promise<Database> | undefined;

/** One pool for all groups of this process; a process that cannot open an inbox ends, and is started again. */
const openOwnInbox = async ({ group, eventTypes }: (typeof settings.groups)[number]): Promise<Inbox> => {
  const { instance, database: place } = settings;
  try {
    if (connection === undefined) {
      connection = connectPostgres({ url: place?.url ?? '', name: instance, logger });
      lifecycle.onStop('database', async () => (await connection)?.close());
    }
    return await openInbox({
      database: watchInboxDatabase(await connection, points),
      group,
      topics: eventTypes.flatMap((name) => [1, 2].map((v) => topicOf(name, version(v)))),
      topicReader: kafka.topicReader,
      logger,
    });
  } catch (error) {
    lifecycle.fail(error, 'the inbox does not open');
    throw error;
  }
};

const startGroup = async (group: string): Promise<void> => {
  const own = settings.groups.find((one) => one.group === group);
  if (own === undefined || running.has(group)) return;
  const bindings = await openBindings({
    config: {
      INSTANCE: settings.instance,
      GROUP: group,
      LEASE_MS: timings.leaseMs,
      MARGIN_MS: timings.marginMs,
    },
    eventType: chaosEventType(own.eventTypes[0] ?? ''),
    kafka,
    clock,
    logger,
  });
  const inbox = own.effects === 'inbox' ? await openOwnInbox(own) : undefined;
  const closers: (() => Promise<void> | void)[] = [() => inbox?.close()];
  const letters = await openDeadLetters({
    config: { GROUP: group, LATER_EVENTS: 'follow' },
    kafka,
    eventTypes: own.eventTypes.map(chaosEventType),
    // a group is stopped and started many times in the life of this process
    lifecycle: { onStop: (_name, close) => void closers.push(close) },
  });
  const consumer = createConsumer({
    group,
    instance: settings.instance,
    on: own.eventTypes.map((name) => subscriptionOf(name, own.effects)),
    middleware: inbox === undefined ? [] : [inbox.middleware],
    groupMember: watchMembers(kafka.groupMember, { history, points, heldNow }),
    logOffsets: kafka.logOffsets,
    codec: createAvroCodec({ registry: kafka.registry() }),
    bindings: watchBindings(bindings, points),
    deadLetters: { ...letters, createProducer: watchParkers(letters.createProducer, points) },
    clock,
    logger,
    settings: {
      leaseMs: timings.leaseMs,
      marginMs: timings.marginMs,
      retryMs: { first: 100, longest: 2_000 },
    },
  });
  const stop = async (): Promise<void> => {
    running.delete(group);
    await consumer.stop();
    await bindings.close();
    for (const close of closers.splice(0)) await close();
  };
  running.set(group, { consumer, stop });
  lifecycle.onStop(`group ${group}`, stop);
  consumer.finished.catch((error: unknown) => lifecycle.fail(error, 'the consumer ended by itself'));
  await consumer.start();
};

const heldNow = (group: string): number => running.get(group)?.consumer.stats().heldNow ?? 0;

const say = followOrders(worker, async (command) => {
  if (command.do === 'stop-group') await running.get(command.group)?.stop();
  else if (command.do === 'start-group') await startGroup(command.group);
});

const announcePresences = async (): Promise<void> => {
  for (const { group, eventTypes } of settings.groups) {
    await announcePresence({
      store: kafka.presence(),
      presence: () => ({
        schemaVersion: 1,
        kind: 'member',
        instance: settings.instance,
        service: 'chaos',
        host: hostname(),
        pid: process.pid,
        startedAt,
        group,
        handles: Object.fromEntries(eventTypes.map((name) => [name, [version(1), version(2)]])),
      }),
      logger,
      lifecycle,
      clock,
    });
  }
};

void lifecycle.start(async () => {
  sampleHoldings(worker);
  await announcePresences();
  const groups = settings.groups.filter(({ group }) => !settings.stopped.includes(group));
  await Promise.all(groups.map(({ group }) => startGroup(group)));
  history.write({ kind: 'ready' });
  say({ say: 'ready' });
});
