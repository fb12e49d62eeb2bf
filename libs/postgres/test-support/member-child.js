const { createKafkaPorts } = require('@baton/kafka');
const {
  createConsumer,
  handle,
  parseStaticTimeline,
  silentLogger,
  staticBindings,
  systemClock,
} = require('@baton/messaging');
const { connectPostgres, openInbox, transactionOf } = require('@baton/postgres');
const { createJsonCodec } = require('@baton/testing');
const { defineEventType, topicOf } = require('@baton/core');

/**
 * A member of a group with an inbox as a process of its own. At a given step, the nth time, it sends itself a signal:
 * SIGKILL ends it, SIGSTOP lets it stand still.
 */
const {
  url,
  brokers,
  eventType: name,
  group,
  since,
  at,
  times = 1,
  signal = 'SIGKILL',
} = JSON.parse(process.argv[2]);
const leaseMs = 6_000;
const marginMs = 1_000;

let left = times;
const step = async (what, work) => {
  if (at === `${what}:before` && --left === 0) process.kill(process.pid, signal);
  const result = await work();
  if (at === `${what}:after` && --left === 0) process.kill(process.pid, signal);
  return result;
};

const stepOf = (sql) => {
  if (sql.includes('INTO baton.inbox_owner')) return 'claim';
  if (sql.includes('INTO baton.inbox (')) return 'mark';
  return sql.includes('INTO effect') ? 'effect' : 'other';
};

const watchDatabase = (database) => ({
  ...database,
  transaction: (work) =>
    step('transaction', () =>
      database.transaction(async (tx) => {
        const query = (sql, values) => step(stepOf(sql), () => tx.query(sql, values));
        const result = await work({ query });
        await step('commit', async () => {});
        return result;
      }),
    ),
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
  const kafka = createKafkaPorts({ brokers, clientId: `member-${process.pid}`, logger: silentLogger });
  const database = watchDatabase(await connectPostgres({ url }));
  const inbox = await openInbox({
    database,
    group,
    topics: [1, 2].map((v) => topicOf(name, v)),
    topicReader: kafka.topicReader,
  });
  const remember = async (event, context) => {
    await transactionOf(context).query(
      'INSERT INTO effect (consumer_group, event_id, n, key, version, by) VALUES ($1, $2, $3, $4, $5, $6)',
      [group, event.id, event.data.n, event.key, context.responsible, process.pid],
    );
  };
  const consumer = createConsumer({
    group,
    instance: `member-${process.pid}`,
    on: [handle(eventType, { 1: remember, 2: remember })],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createJsonCodec(),
    bindings: staticBindings({
      group,
      timelines: { [name]: parseStaticTimeline({ boundToV2Since: since }) },
      clock: systemClock,
      leadMs: leaseMs + marginMs,
    }),
    logger: silentLogger,
    middleware: [inbox.middleware],
    settings: { leaseMs, marginMs },
  });
  await consumer.start();
  process.stdout.write('ready\n');
};

process.once('disconnect', () => process.exit(0));
void main();
