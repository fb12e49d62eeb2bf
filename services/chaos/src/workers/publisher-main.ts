import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAvroCodec } from '@baton/contracts';
import { createLogPublicationPolicy } from '@baton/control';
import { isBatonError, version } from '@baton/core';
import { createTwinPublisher, delay, type EventPublisher } from '@baton/messaging';
import { announcePresence } from '@baton/service-kit';
import { createRandom } from '../random';
import { type ChaosEventType, chaosEventType } from '../stage/event-type';
import { followCommands } from './commands';
import { parseSettings, publisherSettings, settingsVariable, timings } from './settings';
import { watchProducers } from './watch-producer';
import { openWorker, sampleHoldings } from './worker';

const settings = parseSettings(publisherSettings, process.env[settingsVariable]);
const worker = openWorker(settings);
const { history, points, clock, logger, lifecycle, kafka } = worker;
const random = createRandom(settings.seed);
const startedAt = clock.now();

interface Line {
  readonly publisher: EventPublisher;
  readonly eventTypes: readonly ChaosEventType[];
}

/** How many events a line may have under way before it leaves some out, as a service would under load. */
const mostUnderWay = 400;
const burstEveryMs = 250;

const openLine = async ({ name, eventTypes }: (typeof settings.lines)[number]): Promise<Line> => {
  const instance = `${settings.instance}-${name}`;
  const types = eventTypes.map(chaosEventType);
  await announcePresence({
    store: kafka.presence(),
    presence: () => ({
      schemaVersion: 1,
      kind: 'publisher',
      instance,
      service: 'chaos',
      host: hostname(),
      pid: process.pid,
      startedAt,
      publishes: Object.fromEntries(eventTypes.map((type) => [type, [version(1), version(2)]])),
    }),
    logger,
    lifecycle,
    clock,
  });
  const policy = createLogPublicationPolicy({
    source: { log: await kafka.controlLog() },
    instance,
    logger,
  });
  lifecycle.onStop('publication policy', policy.close);
  const publisher = await createTwinPublisher({
    source: 'chaos',
    instance,
    publishes: types.map((eventType) => ({ eventType, versions: [1, 2] })),
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: watchProducers(kafka.transactionalProducer, points),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    policy,
    clock,
    logger,
    limits: { marginMs: timings.marginMs, deadlineMs: 20_000 },
  });
  lifecycle.onStop('publisher', publisher.close);
  return { publisher, eventTypes: types };
};

let lines: readonly Line[] = [];
let state: 'speaking' | 'hushed' = settings.silent ? 'hushed' : 'speaking';
let called = 0;
let underWay = 0;

const publishOne = ({ publisher, eventTypes }: Line): void => {
  if (publisher.stats().pending >= mostUnderWay) return;
  const eventType = random.pick(eventTypes);
  called += 1;
  const note = `${settings.instance}/${settings.incarnation}/${called}`;
  const key = `key-${random.between(1, settings.keys)}`;
  history.write({ kind: 'publish-called', eventType: eventType.name, key, note });
  underWay += 1;
  publisher
    .publish(eventType, { key, data: { note, cents: called * 100, currency: 'EUR' } })
    .then(
      ({ id, createdAt, published }) =>
        history.write({ kind: 'publish-answered', note, id, createdAt, published: published.join(',') }),
      (error: unknown) =>
        history.write({ kind: 'publish-failed', note, code: isBatonError(error) ? error.code : 'unknown' }),
    )
    .finally(() => {
      underWay -= 1;
    });
};

/** Open loop: what is due is published whatever became of the rest. */
const burst = (): void => {
  if (state === 'hushed') return;
  const due = (settings.rate * burstEveryMs) / 1000;
  const count = Math.floor(due) + (random.next() < due % 1 ? 1 : 0);
  for (let i = 0; i < count; i += 1) publishOne(random.pick(lines));
};

const hush = async (): Promise<void> => {
  state = 'hushed';
  while (underWay > 0) await delay(clock, 50);
};

const say = followCommands(process, async (command) => {
  switch (command.do) {
    case 'arm':
      return points.arm(command.point);
    case 'set-clock':
      history.write({ kind: 'clock-set', offsetMs: command.offsetMs });
      return clock.set(command.offsetMs);
    case 'hush':
      return hush();
    case 'speak':
      state = 'speaking';
      return;
    case 'stop-group':
    case 'start-group':
      return;
  }
});

void lifecycle.start(async () => {
  sampleHoldings(worker);
  lines = await Promise.all(settings.lines.map(openLine));
  const timer = setInterval(burst, burstEveryMs);
  lifecycle.onStop('load', () => clearInterval(timer));
  history.write({ kind: 'ready' });
  say({ say: 'ready' });
});
