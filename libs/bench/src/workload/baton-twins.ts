import { randomUUID } from 'node:crypto';
import { createAvroCodec } from '@baton/contracts';
import { createTwinPublisher, type EventPublisher, type TwinPublisherDeps } from '@baton/messaging';
import { uniqueName } from '../unique-name';
import { marginMs, type Place } from './place';
import type { TwinSender } from './twin-sender';

/** Baton's publisher as a service opens it. */
export const openBatonPublisher = (
  { event, kafka }: Place,
  deps: Partial<TwinPublisherDeps> = {},
): Promise<EventPublisher> =>
  createTwinPublisher({
    ...{
      source: 'bench',
      instance: uniqueName('bench'),
      publishes: [{ eventType: event, versions: [1, 2] }],
    },
    codec: createAvroCodec({ registry: kafka.registry() }),
    createProducer: kafka.transactionalProducer,
    topics: kafka.topicReader,
    partitioner: kafka.partitioner,
    newId: randomUUID,
    limits: { marginMs },
    ...deps,
  });

/** Baton's publisher as one of those that are measured. */
export const batonTwins = async (place: Place): Promise<TwinSender> => {
  const publisher = await openBatonPublisher(place);
  return {
    publish: (loan) => publisher.publish(place.event, { key: loan.loanId, data: loan }),
    close: () => publisher.close(),
  };
};
