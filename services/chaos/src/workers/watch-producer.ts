import type { TransactionalProducer, TransactionalProducerFactory } from '@baton/messaging';
import type { Points } from './points';

/** Lets a publisher be killed around every call to its producers. */
export const watchProducers =
  (make: TransactionalProducerFactory, points: Points): TransactionalProducerFactory =>
  async (transactionalId) => {
    points.reach('before-fence');
    const producer = await make(transactionalId);
    points.reach('after-fence');
    return watched(producer, points);
  };

/** Lets a consumer be killed around the storing of dead letters. */
export const watchParkers =
  (make: TransactionalProducerFactory, points: Points): TransactionalProducerFactory =>
  async (transactionalId) => {
    const producer = await make(transactionalId);
    return {
      ...producer,
      commit: async () => {
        points.reach('before-park');
        await producer.commit();
        points.reach('after-park');
      },
    };
  };

const watched = (producer: TransactionalProducer, points: Points): TransactionalProducer => ({
  begin: async () => {
    await producer.begin();
    points.reach('after-begin');
  },
  send: async (records) => {
    const sent = producer.send(records);
    setImmediate(() => points.reach('during-send'));
    await sent;
    points.reach('after-send-before-commit');
  },
  commit: async () => {
    const committed = producer.commit();
    setImmediate(() => points.reach('during-commit'));
    await committed;
    points.reach('after-commit-before-ack');
  },
  abort: () => producer.abort(),
  close: () => producer.close(),
});
