import { readFileSync } from 'node:fs';
import { BatonError, formatInstant, instantFromMillis } from '@baton/core';
import type { PostgresServer } from '@baton/dev-stack';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { silentLogger, type TransactionalProducerFactory } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { hasEnded, kill, killAll, startChild } from '../../test-support/children';
import { until } from '../../test-support/outbox-world';
import { openOwnOutbox } from '../../test-support/own-outbox';
import { describeWithServer, startServer } from '../../test-support/postgres-server';
import type { Database } from '../database/database';
import { connectPostgres } from '../database/postgres-database';
import { startOutboxRelay } from '../outbox/relay';

jest.setTimeout(180_000);

const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
const half = 20;

let server: PostgresServer;
let database: Database;
let kafka: KafkaPorts;
let world: Awaited<ReturnType<typeof publishAcrossTheCut>>;
let groups = 0;

/** Sends every few events twice: their commit succeeds, and its answer is lost. */
const losingAnswers = (create: TransactionalProducerFactory): TransactionalProducerFactory => {
  let commits = 0;
  return async (id) => {
    const producer = await create(id);
    return {
      begin: () => producer.begin(),
      send: (records) => producer.send(records),
      commit: async () => {
        await producer.commit();
        commits += 1;
        if (commits % 3 === 0) throw new BatonError('broker-unavailable', 'the answer was lost');
      },
      abort: () => producer.abort(),
      close: () => producer.close(),
    };
  };
};

/** Publishes through an outbox, half of the events before the cut and half after it, some of them repeatedly. */
const publishAcrossTheCut = async () => {
  const { source, eventType, outbox } = await openOwnOutbox({
    database,
    kafka,
    name: 'inbox',
    partitions: 2,
  });
  const relay = await startOutboxRelay({
    database,
    source,
    publishes: [{ eventType, versions: [1, 2] }],
    codec: createJsonCodec(),
    createProducer: losingAnswers(kafka.transactionalProducer),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    limits: { marginMs: 1_000, maxBatchEvents: 3 },
  });
  const publish = async (from: number, to: number) => {
    for (let n = from; n < to; n += 1) {
      await outbox.publish(database, eventType, { key: `key-${n % 5}`, data: { n } });
    }
    await until(async () => (await outbox.lag()).open === 0, 60_000);
  };
  await publish(0, half);
  const since = Date.now() + 20;
  await until(() => Date.now() > since);
  await publish(half, 2 * half);
  await relay.close();
  return { eventType: eventType.name, since: formatInstant(instantFromMillis(since)) };
};

beforeAll(async () => {
  server = await startServer();
  database = await connectPostgres({ url: server.url });
  await database.query(
    'CREATE TABLE effect (seq bigserial, consumer_group text, event_id text, n int, key text, version int, by int)',
  );
  kafka = createKafkaPorts({ brokers, clientId: 'inbox-test', logger: silentLogger });
  world = await publishAcrossTheCut();
});
afterEach(killAll);
afterAll(async () => {
  await kafka.close();
  await database.close();
  await server.stop();
});

interface Signal {
  readonly at: string;
  readonly times: number;
  readonly signal?: 'SIGSTOP';
}

const newGroup = (): string => {
  groups += 1;
  return `${world.eventType}.${groups}`;
};

const startMember = (group: string, signal: Partial<Signal> = {}) =>
  startChild('member-child.js', { url: server.url, brokers, ...world, group, ...signal });

interface Effect {
  readonly n: number;
  readonly key: string;
  readonly version: number;
}

const effectsOf = async (group: string): Promise<readonly Effect[]> => {
  const { rows } = await database.query(
    'SELECT n, key, version FROM effect WHERE consumer_group = $1 ORDER BY seq',
    [group],
  );
  return rows.map((row) => ({ n: Number(row.n), key: String(row.key), version: Number(row.version) }));
};

const isComplete = (group: string) => async (): Promise<boolean> =>
  new Set((await effectsOf(group)).map(({ n }) => n)).size === 2 * half;

/** Each event once, in the version that counts for it, and in order for each key. */
const expectOnce = async (group: string): Promise<void> => {
  const effects = await effectsOf(group);
  expect(effects.map(({ n }) => n).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 2 * half }, (_, n) => n),
  );
  for (const { n, version: handled } of effects) expect([n, handled]).toEqual([n, n < half ? 1 : 2]);
  for (const key of new Set(effects.map((each) => each.key))) {
    const order = effects.filter((each) => each.key === key).map(({ n }) => n);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  }
};

describeWithServer('a member with an inbox, around the cut', () => {
  it.each(['claim:after', 'mark:after', 'effect:after', 'commit:before', 'transaction:after'])(
    'that is killed at %s leaves every effect to happen once',
    async (at) => {
      const group = newGroup();
      const first = await startMember(group, { at, times: half });
      await until(() => hasEnded(first), 60_000);
      await startMember(group);
      await until(isComplete(group), 60_000);
      await expectOnce(group);
    },
  );

  it.each(['claim:before', 'effect:after', 'commit:before'])(
    'that stands still at %s while another takes over has no effect when it wakes',
    async (at) => {
      const group = newGroup();
      const zombie = await startMember(group, { at, times: half, signal: 'SIGSTOP' });
      await until(() => isStopped(zombie.pid), 60_000);
      await startMember(group);
      await until(isComplete(group), 60_000);
      zombie.kill('SIGCONT');
      await until(() => !isStopped(zombie.pid), 10_000);
      // it has to join again before it can do anything; until then it would be seen here
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await expectOnce(group);
      await kill(zombie);
    },
  );
});

/** Whether a process stands still, as the system says. */
const isStopped = (pid: number | undefined): boolean => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'T';
};
