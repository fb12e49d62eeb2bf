import { createAvroCodec } from '@baton/contracts';
import { createLogBindings } from '@baton/control';
import { createConsumer, handle, systemClock } from '@baton/messaging';
import { OrderPlaced } from '../schemas/shop.OrderPlaced/generated';
import { openKafka } from './kafka';

const subscriptions = [
  handle(OrderPlaced, {
    1: async ({ key, data }) => {
      process.stdout.write(`v1 ${key}: invoice for ${data.customer}\n`);
    },
  }),
];

const main = async (group: string, instance: string): Promise<void> => {
  const { kafka, logger } = openKafka(instance);
  const { groupMember, logOffsets } = kafka;
  const codec = createAvroCodec({ registry: kafka.registry() });
  const log = await kafka.controlLog();
  const bindings = createLogBindings({ log, group, by: instance, lead: 12_000, clock: systemClock, logger });
  const deps = { groupMember, logOffsets, codec, bindings, logger };
  const consumer = createConsumer({ group, instance, on: subscriptions, ...deps });
  process.once('SIGINT', () => void consumer.stop());
  await consumer.start();
  await consumer.finished;
  await bindings.close();
  await kafka.close();
};

void main('billing', 'billing-1');
