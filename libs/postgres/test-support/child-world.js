const { createKafkaPorts } = require('@baton/kafka');
const { silentLogger } = require('@baton/messaging');
const { createJsonCodec } = require('@baton/testing');
const { defineEventType } = require('@baton/core');

const schema = { type: 'record', name: 'Book', fields: [{ name: 'n', type: 'int' }] };

/** What a process of a test works with: its orders, an event type in two versions, and the stack. */
const openWorld = (kind) => {
  const orders = JSON.parse(process.argv[2]);
  const eventType = defineEventType({
    name: orders.eventType,
    kind: 'event',
    newest: 2,
    versions: { 1: { schema }, 2: { schema } },
    downcasts: { 1: (data) => data },
    upcasts: {},
  });
  const clientId = `${kind}-${process.pid}`;
  const kafka = createKafkaPorts({ brokers: orders.brokers, clientId, logger: silentLogger });
  return { orders, eventType, kafka, codec: createJsonCodec() };
};

/** Sends this process a signal at a given step, `STEP:before` or `STEP:after`, the nth time. */
const signalAt = ({ at, times = 1, signal = 'SIGKILL' }) => {
  let left = times;
  const reached = (where) => {
    if (at !== where) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, signal);
  };
  return async (what, work) => {
    reached(`${what}:before`);
    const result = await work();
    reached(`${what}:after`);
    return result;
  };
};

/** Runs until the test is gone; says when it is ready. */
const run = (main) => {
  process.once('disconnect', () => process.exit(0));
  void main().then(() => process.stdout.write('ready\n'));
};

module.exports = { openWorld, run, signalAt };
