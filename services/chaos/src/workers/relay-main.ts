import { createAvroCodec } from '@baton/contracts';
import { connectPostgres, startOutboxRelay } from '@baton/postgres';
import { chaosEventType } from '../stage/event-type';
import { beginPublishing } from './lines';
import { parseSettings, relaySettings, relayStandstillMs, settingsVariable, timings } from './settings';
import { watchRelayDatabase } from './watch-database';
import { watchProducers } from './watch-producer';
import { followOrders, openWorker, sampleHoldings } from './worker';

const settings = parseSettings(relaySettings, process.env[settingsVariable]);
const worker = openWorker(settings);
const { history, points, clock, logger, lifecycle, kafka } = worker;
const startedAt = clock.now();

const say = followOrders(worker);

const startRelay = async (): Promise<void> => {
  const { instance, eventTypes } = settings;
  const { url, source } = settings.database;
  const database = await connectPostgres({ url, name: instance, logger });
  lifecycle.onStop('database', database.close);
  const relay = await startOutboxRelay({
    database: watchRelayDatabase(database, points),
    source,
    publishes: eventTypes.map((name) => ({ eventType: chaosEventType(name), versions: [1, 2] })),
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: watchProducers(kafka.transactionalProducer, points),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    policy: await beginPublishing(instance, eventTypes, { worker, startedAt }),
    clock,
    logger,
    limits: { marginMs: timings.marginMs, standstillMs: relayStandstillMs },
  });
  lifecycle.onStop('relay', () => relay.close());
};

void lifecycle.start(async () => {
  sampleHoldings(worker);
  await startRelay();
  history.write({ kind: 'ready' });
  say({ say: 'ready' });
});
