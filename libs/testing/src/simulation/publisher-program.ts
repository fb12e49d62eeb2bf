import { createLogPublicationPolicy } from '@baton/control';
import { type EventType, isBatonError, version } from '@baton/core';
import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import type { BrokerClient } from '../broker/memory-broker';
import { createJsonCodec } from '../json-codec';
import { dataOf } from './event-types';
import type { Running } from './host';
import { observedLog } from './observed-log';
import type { PublisherPlan } from './plan-types';
import { announce } from './presence';
import type { Recorder } from './recorder';

export interface PublisherProgramDeps {
  readonly plan: PublisherPlan;
  readonly eventType: EventType;
  readonly marginMs: number;
  readonly recorder: Recorder;
  readonly versions: readonly number[];
  readonly newId: () => string;
}

/** A publisher as a service runs it; `publish` numbers its calls itself. */
export interface PublisherProgram extends Running {
  publish(call: number, key: string): Promise<void>;
}

const source = 'lending';

/** Starts a publisher in a process. */
export const startPublisher = async (
  client: BrokerClient,
  deps: PublisherProgramDeps,
): Promise<PublisherProgram> => {
  const { plan, eventType, marginMs, recorder, versions, newId } = deps;
  const { policy, presence, follow } = await beginPublishing(client, deps, source);
  const publisher = await createTwinPublisher({
    source,
    instance: plan.name,
    publishes: [{ eventType, versions }],
    codec: createJsonCodec(),
    createProducer: client.createProducer,
    topics: client.topics,
    partitioner: client.partitioner,
    newId,
    policy,
    clock: client.clock,
    limits: { marginMs, maxBatchEvents: plan.maxBatchEvents, deadlineMs: plan.deadlineMs },
  });
  follow(() => publisher.publishing());
  return {
    publish: (call, key) => publishOne({ client, publisher, eventType, recorder }, call, key),
    ended: new Promise(() => {}),
    stop: async () => {
      await publisher.close();
      await policy.close();
      await presence.goodbye();
    },
  };
};

/** Says what a process publishes before it reads which versions retire; `follow` says it anew whenever that changes. */
export const beginPublishing = async (
  client: BrokerClient,
  { plan, eventType, versions, recorder }: PublisherProgramDeps,
  service: string,
) => {
  const { clock, process } = client;
  let publishing: EventPublisher['publishing'] = () =>
    new Map([[eventType.name, versions.map((one) => version(one))]]);
  const presence = await announce(client.presence(), clock, () => ({
    schemaVersion: 1,
    kind: 'publisher',
    instance: plan.name,
    service,
    host: 'simulated',
    pid: 1,
    startedAt: 0,
    publishes: Object.fromEntries(publishing()),
  }));
  const log = observedLog(await client.controlLog(), { process: process.name, recorder });
  const policy = createLogPublicationPolicy({ source: { log }, instance: plan.name });
  const follow = (of: EventPublisher['publishing']): void => {
    publishing = of;
    policy.onChange(presence.refresh);
    presence.refresh();
  };
  return { policy, presence, follow };
};

const publishOne = async (
  {
    client: { process },
    publisher,
    eventType,
    recorder,
  }: {
    client: BrokerClient;
    publisher: EventPublisher;
    eventType: EventType;
    recorder: Recorder;
  },
  call: number,
  key: string,
): Promise<void> => {
  const { name } = process;
  recorder.observe({ kind: 'publish-called', process: name, call, eventType: eventType.name, key });
  try {
    const { id } = await publisher.publish(eventType, { key, data: dataOf(call) });
    if (process.isAlive())
      recorder.observe({ kind: 'publish-ended', call, outcome: 'committed', id, code: undefined });
  } catch (error) {
    if (!process.isAlive()) return;
    const code = isBatonError(error) ? error.code : 'not-ours';
    const id = isBatonError(error) && typeof error.details.id === 'string' ? error.details.id : undefined;
    const outcome = code === 'outcome-unknown' ? 'unknown' : 'rejected';
    recorder.observe({ kind: 'publish-ended', call, outcome, id, code });
  }
};
