import { randomUUID } from 'node:crypto';
import { createAvroCodec } from '@baton/contracts';
import { createTwinPublisher } from '@baton/messaging';
import { OrderPlaced } from '../schemas/shop.OrderPlaced/generated';
import { openKafka } from './kafka';

const main = async (orderIds: readonly string[]): Promise<void> => {
  const { kafka, logger } = openKafka('shop-1');
  const publisher = await createTwinPublisher({
    source: 'shop',
    instance: 'shop-1',
    publishes: [{ eventType: OrderPlaced, versions: [1, 2] }],
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    logger,
  });
  for (const orderId of orderIds) {
    const data = { orderId, customer: { customerId: 'c-17', name: 'Ada' }, placedAt: new Date() };
    const { published } = await publisher.publish(OrderPlaced, { key: orderId, data });
    process.stdout.write(`published ${orderId} in version ${published.join(' and ')}\n`);
  }
  await publisher.close();
  await kafka.close();
};

void main(process.argv.slice(2));
