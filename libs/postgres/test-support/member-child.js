const {
  createConsumer,
  handle,
  parseStaticTimeline,
  silentLogger,
  staticBindings,
  systemClock,
} = require('@baton/messaging');
const { connectPostgres, openInbox, transactionOf } = require('@baton/postgres');
const { topicOf } = require('@baton/core');
const { openWorld, run, signalAt } = require('./child-world');

/** A member of a group with an inbox as a process of its own. */
const { orders, eventType, kafka, codec } = openWorld('member');
const { url, group, since } = orders;
const leaseMs = 6_000;
const marginMs = 1_000;
const step = signalAt(orders);

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
  const database = watchDatabase(await connectPostgres({ url }));
  const inbox = await openInbox({
    database,
    group,
    topics: [1, 2].map((v) => topicOf(eventType.name, v)),
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
    codec,
    bindings: staticBindings({
      group,
      timelines: { [eventType.name]: parseStaticTimeline({ boundToV2Since: since }) },
      clock: systemClock,
      leadMs: leaseMs + marginMs,
    }),
    logger: silentLogger,
    middleware: [inbox.middleware],
    settings: { leaseMs, marginMs },
  });
  await consumer.start();
};

run(main);
