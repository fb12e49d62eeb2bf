import { randomUUID } from 'node:crypto';
import { createAvroCodec } from '@baton/contracts';
import { type Database, openOutbox, type Queryable, startOutboxRelay } from '@baton/postgres';
import { createJobTables, relayTask, startGraphileRelay } from '../hand-written/graphile-worker';
import { kafkajsTwins } from '../hand-written/kafkajs-twins';
import type { Figures, Row, World } from '../row';
import { percentile } from '../statistics';
import { ratioTarget } from '../targets';
import { type Arrivals, timedKey, watchArrivals } from '../workload/arrivals';
import { openDatabase } from '../workload/database';
import { type Loan, recurringLoan } from '../workload/loan';
import { pause, startLoad } from '../workload/open-loop';
import { marginMs, openPlace, type Place } from '../workload/place';
import { collecting } from '../workload/twin-sender';

/** Rows that one transaction of the business writes. */
const perTransaction = 50;

const sizes = {
  quick: { perSecond: 500, backlog: 2_000, loadMs: 2_000 },
  full: { perSecond: 5_000, backlog: 30_000, loadMs: 5_000 },
} as const;
const { perSecond } = sizes.full;

export const outbox: Row = {
  name: 'outbox',
  title: 'Outbox relay',
  how: `First a backlog of rows that is there when the relay starts: rows a second from the first to the last one visible in Kafka, as atomic twins. Then rows are written at ${perSecond.toLocaleString('en-US')} a second, ${perTransaction} a transaction, and the lag counts from the time at which a row was to be written to its arrival in a consumer. graphile-worker runs 500 jobs at a time from a local queue, completes them in batches, and its jobs of one moment share a transaction of kafkajs; it promises no order of keys, Baton does.`,
  needs: 'postgres',
  measures: [
    { name: 'rate', title: 'backlog moved', unit: 'events/s', better: 'higher' },
    {
      name: 'lag',
      title: `lag at ${perSecond.toLocaleString('en-US')} rows/s, p50`,
      unit: 'ms',
      better: 'lower',
    },
    {
      name: 'lag99',
      title: `lag at ${perSecond.toLocaleString('en-US')} rows/s, p99`,
      unit: 'ms',
      better: 'lower',
    },
  ],
  contenders: ['baton', 'graphile-worker'],
  quickContenders: [],
  targets: [
    ratioTarget({
      ...{ measure: 'rate', of: ['baton', 'graphile-worker'], atLeast: 1 },
      text: 'ahead of graphile-worker in events/s',
    }),
    ratioTarget({
      ...{ measure: 'lag99', of: ['baton', 'graphile-worker'], atMost: 1 },
      text: 'ahead of graphile-worker in lag, p99',
    }),
  ],
  run: async (contender, world) => {
    const { url, database } = await openDatabase(world);
    const place = await openPlace(world);
    const relay = await (contender === 'baton'
      ? batonRelay(place, database)
      : graphileRelay(place, { world, url }));
    return measureRelay(relay, { database, arrivals: await watchArrivals(place), ...sizes[world.size] });
  },
};

/** A way from rows in a database to twins in Kafka. */
interface RelayUnderTest {
  /** Writes a row in the transaction of the caller. */
  readonly write: (tx: Queryable, loan: Loan) => Promise<unknown>;
  readonly start: () => Promise<unknown>;
}

const batonRelay = async (place: Place, database: Database): Promise<RelayUnderTest> => {
  const { event, kafka } = place;
  const source = 'bench';
  const rows = await openOutbox({ database, source, eventTypes: [event], newId: randomUUID });
  return {
    write: (tx, loan) => rows.publish(tx, event, { key: loan.loanId, data: loan }),
    start: () =>
      startOutboxRelay({
        ...{ database, source, publishes: [{ eventType: event, versions: [1, 2] }], limits: { marginMs } },
        codec: createAvroCodec({ registry: kafka.registry() }),
        createProducer: kafka.transactionalProducer,
        topics: kafka.topicReader,
        partitioner: kafka.partitioner,
        transactionalId: event.name,
      }),
  };
};

const graphileRelay = async (
  place: Place,
  { world, url }: { readonly world: World; readonly url: string },
): Promise<RelayUnderTest> => {
  await createJobTables(world, url);
  const sender = collecting(await kafkajsTwins(place, 'as-baton'));
  return {
    write: (tx, loan) => tx.query('SELECT graphile_worker.add_job($1, $2)', [relayTask, loan]),
    start: () => startGraphileRelay(world, url, sender),
  };
};

interface RelayLoad {
  readonly database: Database;
  readonly arrivals: Arrivals;
  readonly perSecond: number;
  readonly backlog: number;
  readonly loadMs: number;
}

const measureRelay = async ({ write, start }: RelayUnderTest, load: RelayLoad): Promise<Figures> => {
  const { database, arrivals, backlog, loadMs } = load;
  const writeMany = (first: number, atMicros: number) =>
    database.transaction(async (tx) => {
      for (let i = 0; i < perTransaction; i += 1) await write(tx, timed(first + i, atMicros));
    });
  for (let n = 0; n < backlog; n += perTransaction) await writeMany(n, 0);
  await start();
  await arrivals.until(1);
  const [firstAt, firstCount] = [arrivals.lastAt(), arrivals.count()];
  await arrivals.until(backlog);
  const rate = (backlog - firstCount) / ((arrivals.lastAt() - firstAt) / 1_000);
  const writing = startLoad(load.perSecond / perTransaction, ({ n, at }) =>
    writeMany(n * perTransaction, at),
  );
  await pause(loadMs);
  const written = (await writing.stop()) * perTransaction;
  await arrivals.until(backlog + written);
  return { rate, lag: percentile(arrivals.latencies, 50), lag99: percentile(arrivals.latencies, 99) };
};

const timed = (n: number, atMicros: number): Loan => ({
  ...recurringLoan(n, atMicros),
  loanId: timedKey(n, atMicros),
});
