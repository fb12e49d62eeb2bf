const { resolve } = require('node:path');

const root = resolve(__dirname, '../..');

/** Gives the tests a broker and a registry: those of the environment, a running stack, else one of their own. */
module.exports = async () => {
  if (process.env.KAFKA_BROKERS && process.env.SCHEMA_REGISTRY_URL) return;
  const { createReporter, findStack, startStack } = require('./dist');
  const found =
    (await findStack({ root, name: 'test', env: process.env })) ??
    (await findStack({ root, name: 'default', env: process.env }));
  const stack = found ?? (await startOwn({ createReporter, startStack }));
  process.env.KAFKA_BROKERS = stack.brokers.join(',');
  process.env.SCHEMA_REGISTRY_URL = stack.registry;
  if (found === undefined) globalThis.batonStackOfTests = stack;
};

const startOwn = ({ createReporter, startStack }) =>
  startStack({
    root,
    name: 'test',
    ephemeral: true,
    env: process.env,
    reporter: createReporter({
      write: (text) => process.stderr.write(text),
      isTerminal: process.stderr.isTTY === true,
      now: Date.now,
    }),
  });
