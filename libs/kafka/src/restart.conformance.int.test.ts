import { tmpdir } from 'node:os';
import { type Stack, startStack } from '@baton/dev-stack';
import { describeBrokerRestart } from '@baton/testing/conformance';
import { kafkaAdapter, openWorld } from '../test/conformance-adapter';

/** A broker that may be stopped is one of its own, whatever the other tests use. */
const env = { ...process.env, KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined };

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ root: tmpdir(), name: 'restart', ephemeral: true, env });
}, 240_000);
afterAll(() => stack?.stop(), 60_000);

describeBrokerRestart({
  ...kafkaAdapter,
  features: new Set([...kafkaAdapter.features, 'restart']),
  limitMs: 120_000,
  open: () => openWorld(stack.brokers, () => stack.restartBroker()),
});
