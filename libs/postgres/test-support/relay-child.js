const { silentLogger } = require('@baton/messaging');
const { connectPostgres, startOutboxRelay } = require('@baton/postgres');
const { openWorld, run, signalAt } = require('./child-world');

/** A relay as a process of its own. `planted` is a bug to work with, so that tests can show that they find it. */
const { orders, eventType, kafka, codec } = openWorld('relay');
const { url, source, batch = 4, planted } = orders;
const step = signalAt(orders);

const stepOf = (sql) => {
  if (sql.includes('newest_stamp = greatest')) return 'stamp';
  return sql.includes('marked AS') ? 'mark' : undefined;
};

const forgetStamps = `UPDATE baton.outbox SET created_at = NULL, partition = NULL, published = NULL
  WHERE source = $1 AND range = $2 AND state = 'open' AND seq <> ALL ($3::bigint[])`;

const plantedQuery = async (session, sql, values) => {
  if (planted === 'no-lock' && sql.includes('pg_try_advisory_lock')) return { rows: [{ taken: true }] };
  if (planted === 'no-lock' && sql.includes('FROM pg_locks')) return { rows: [{ relays: 1, before: 0 }] };
  if (planted === 'stamp-anew' && sql.includes('o.created_at IS NOT NULL')) {
    const [ofSource, range, , sent] = values;
    await session.query(forgetStamps, [ofSource, range, sent]);
  }
  const result = await session.query(sql, values);
  if (planted === 'mark-before-commit' && sql.includes('newest_stamp = greatest')) {
    const seqs = JSON.parse(values[4]).map(({ seq }) => seq);
    await session.query(`UPDATE baton.outbox SET state = 'sent' WHERE seq = ANY ($1::bigint[])`, [seqs]);
  }
  return result;
};

const watchSession = (session) => ({
  ...session,
  query: (sql, values) => {
    const what = stepOf(sql);
    if (what === undefined || (what === 'mark' && values[3].length === 0))
      return plantedQuery(session, sql, values);
    return step(what, () => plantedQuery(session, sql, values));
  },
});

const watchProducer = (producer) => ({
  begin: () => step('begin', () => producer.begin()),
  send: (records) => step('send', () => producer.send(records)),
  commit: () => step('commit', () => producer.commit()),
  abort: () => producer.abort(),
  close: () => producer.close(),
});

const main = async () => {
  const database = await connectPostgres({ url });
  await startOutboxRelay({
    database: { ...database, session: async () => watchSession(await database.session()) },
    source,
    publishes: [{ eventType, versions: [1, 2] }],
    codec,
    createProducer: async (id) => watchProducer(await kafka.transactionalProducer(id)),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    ranges: 2,
    logger: silentLogger,
    limits: { marginMs: 1_000, balanceMs: 100, pollMs: 100, maxBatchEvents: batch, standstillMs: 2_000 },
  });
};

run(main);
