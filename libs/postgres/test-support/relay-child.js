const { createKafkaPorts } = require('@baton/kafka');
const { silentLogger } = require('@baton/messaging');
const { connectPostgres, startOutboxRelay } = require('@baton/postgres');
const { createJsonCodec } = require('@baton/testing');
const { defineEventType } = require('@baton/core');

/** A relay as a process of its own, which kills itself at a given step: `STEP:before` or `STEP:after`, the nth time. */
const { url, brokers, source, eventType: name, killAt, times = 1, batch = 4 } = JSON.parse(process.argv[2]);

let left = times;
const step = async (what, work) => {
  if (killAt === `${what}:before` && --left === 0) process.kill(process.pid, 'SIGKILL');
  const result = await work();
  if (killAt === `${what}:after` && --left === 0) process.kill(process.pid, 'SIGKILL');
  return result;
};

const stepOf = (sql) => {
  if (sql.includes('newest_stamp = greatest')) return 'stamp';
  return sql.includes('marked AS') ? 'mark' : undefined;
};

const watchSession = (session) => ({
  ...session,
  query: (sql, values) => {
    const what = stepOf(sql);
    if (what === undefined || (what === 'mark' && values[3].length === 0)) return session.query(sql, values);
    return step(what, () => session.query(sql, values));
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
  const schema = { type: 'record', name: 'Book', fields: [{ name: 'n', type: 'int' }] };
  const eventType = defineEventType({
    name,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema }, 2: { schema } },
    downcasts: { 1: (data) => data },
    upcasts: {},
  });
  const kafka = createKafkaPorts({ brokers, clientId: `relay-${process.pid}`, logger: silentLogger });
  const database = await connectPostgres({ url });
  await startOutboxRelay({
    database: { ...database, session: async () => watchSession(await database.session()) },
    source,
    publishes: [{ eventType, versions: [1, 2] }],
    codec: createJsonCodec(),
    createProducer: async (id) => watchProducer(await kafka.transactionalProducer(id)),
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    ranges: 2,
    logger: silentLogger,
    limits: { marginMs: 1_000, balanceMs: 100, pollMs: 100, maxBatchEvents: batch, standstillMs: 2_000 },
  });
  process.stdout.write('ready\n');
};

process.once('disconnect', () => process.exit(0));
void main();
