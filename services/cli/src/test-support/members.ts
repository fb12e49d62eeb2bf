import { randomUUID } from 'node:crypto';
import { createLogBindings, createLogPublicationPolicy, type Presence, presenceKey } from '@baton/control';
import { defineEventType, topicOf, version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { createConsumer, createTwinPublisher, handle, silentLogger, systemClock } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';

/** Lease and margin of the members that tests start; the brokers allow no shorter session. */
export const memberTimings = { leaseMs: 6_000, marginMs: 1_000 } as const;

/** The event type whose contract a test has written, as code. */
export const thingOf = (name: string) =>
  defineEventType<{ 1: { n: number }; 2: { n: number } }, 2>({
    name,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema: {} }, 2: { schema: {} } },
    downcasts: { 1: (data) => data },
    upcasts: {},
  });

type Thing = ReturnType<typeof thingOf>;

interface Cast {
  readonly kafka: KafkaPorts;
  readonly thing: Thing;
}

/** Says that an instance lives; answers how it says goodbye. */
const present = async (kafka: KafkaPorts, presence: () => Presence) => {
  const store = kafka.presence();
  const key = presenceKey(presence());
  const put = () => store.put(key, presence());
  await put();
  const leave = async (): Promise<void> => {
    await store.remove(key);
    await store.close();
  };
  return { put, leave };
};

const self = (instance: string) =>
  ({ schemaVersion: 1, instance, service: instance, host: 'here', pid: 1, startedAt: 0 }) as const;

/** A publisher of `versions` that publishes an event now and then, and keeps the ids of all that were committed. */
export const startPublisher = async (
  { kafka, thing }: Cast,
  { instance, versions }: { readonly instance: string; readonly versions: readonly number[] },
) => {
  let writes: readonly number[] = versions;
  const presence = await present(kafka, () => ({
    ...self(instance),
    kind: 'publisher',
    publishes: { [thing.name]: writes.map(version) },
  }));
  const policy = createLogPublicationPolicy({ source: { log: await kafka.controlLog() }, instance });
  const publisher = await createTwinPublisher({
    source: instance,
    instance,
    publishes: [{ eventType: thing, versions }],
    codec: createJsonCodec(),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    policy,
    limits: { marginMs: memberTimings.marginMs },
  }).catch(async (error: unknown) => {
    await policy.close();
    await presence.leave();
    throw error;
  });
  const stopListening = policy.onChange(() => {
    writes = publisher.publishing().get(thing.name) ?? [];
    void presence.put();
  });

  const published: string[] = [];
  let open = true;
  const publish = async (n: number) => {
    const event = await publisher.publish(thing, { key: `key ${n % 12}`, data: { n } });
    published.push(event.id);
    return event;
  };
  const flow = (async () => {
    for (let n = 0; open; n += 1) {
      await publish(n);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  return {
    published,
    publishing: () => publisher.publishing().get(thing.name) ?? [],
    stop: async (): Promise<void> => {
      open = false;
      await flow;
      stopListening();
      await publisher.close();
      await policy.close();
      await presence.leave();
    },
  };
};

/** A member of `group` that reads `reads`, and keeps the ids it handled by version. */
export const startMember = async (
  { kafka, thing }: Cast,
  {
    group,
    instance,
    reads,
  }: { readonly group: string; readonly instance: string; readonly reads: readonly number[] },
) => {
  const handled = { 1: [] as string[], 2: [] as string[] };
  const presence = await present(kafka, () => ({
    ...self(instance),
    kind: 'member',
    group,
    handles: { [thing.name]: reads.map(version) },
  }));
  const bindings = createLogBindings({
    log: await kafka.controlLog(),
    group,
    by: instance,
    lead: memberTimings.leaseMs + memberTimings.marginMs,
    clock: systemClock,
    logger: silentLogger,
  });
  const keep = (which: 1 | 2) => async (event: { readonly id: string }) => {
    handled[which].push(event.id);
  };
  const consumer = createConsumer({
    group,
    instance,
    on: [handle(thing, { 1: keep(1), 2: keep(2) }, { reads })],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createJsonCodec(),
    bindings,
    settings: { leaseMs: memberTimings.leaseMs, commitIntervalMs: 100 },
  });
  consumer.finished.catch(() => {});
  const stop = async (): Promise<void> => {
    await consumer.stop();
    await bindings.close();
    await presence.leave();
  };
  await consumer.start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { handled, stop };
};

/** A member that knows nothing of Baton: it reads, commits nothing, and answers no proposal. */
export const startSilentMember = async ({ kafka, thing }: Cast, { group }: { readonly group: string }) => {
  const topics = [topicOf(thing.name, version(1)), topicOf(thing.name, version(2))];
  const member = kafka.groupMember({
    group,
    topics,
    assignor: {
      name: 'stock',
      assign: (members, counts) =>
        new Map(
          members.map(({ memberId }) => [
            memberId,
            new Map([...counts].map(([topic, count]) => [topic, Array.from({ length: count }, (_, p) => p)])),
          ]),
        ),
    },
    metadata: () => '',
    sessionTimeoutMs: memberTimings.leaseMs,
    heartbeatIntervalMs: 500,
  });
  await new Promise<void>((resolve, reject) => {
    const listener = {
      joined: () => resolve(),
      batch: async ({ fetchedOffset }: { readonly fetchedOffset: number }) => ({ nextOffset: fetchedOffset }),
      heartbeat: () => {},
      rebalancing: () => {},
      crashed: reject,
    };
    member.start(listener).catch(reject);
  });
  return member;
};
