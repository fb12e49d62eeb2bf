import { randomUUID } from 'node:crypto';
import {
  dataSchemaOf,
  instantFromMillis,
  publishedVersions,
  toHeaders,
  topicOf,
  type Version,
  version,
} from '@baton/core';
import type { OutgoingRecord, TransactionalProducer } from '@baton/messaging';
import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

const partitions = 3;
const versions = [version(1), version(2)];

/** Two foreign transactions on every partition of an event type, one inside the other; both abort. */
export const abortOverlapping = ({ eventType, order }: ActionOf<'abort'>, stage: Stage): Promise<Outcome> => {
  const name = stage.cast.eventTypes[eventType] ?? '';
  return stage.faults.during('aborted-transaction', name, () =>
    withProducers(2, stage, async ([older, younger]) => {
      if (older === undefined || younger === undefined)
        return { note: 'no producers', outcome: 'missed' as const };
      await older.begin();
      await older.send(twins(name, stage));
      await younger.begin();
      await younger.send(twins(name, stage));
      const [first, second] = order === 'older-first' ? [older, younger] : [younger, older];
      await first.abort();
      await second.send(twins(name, stage));
      await second.abort();
      return { note: order, outcome: 'done' as const };
    }),
  );
};

/** A foreign producer writes and is gone: the broker ends its transaction when the time for it is over. */
export const hang = ({ eventType }: ActionOf<'hang'>, stage: Stage): Promise<Outcome> => {
  const name = stage.cast.eventTypes[eventType] ?? '';
  return stage.faults.during('hanging-transaction', name, () =>
    withProducers(1, stage, async ([producer]) => {
      await producer?.begin();
      await producer?.send(twins(name, stage));
      return { note: 'left open', outcome: 'done' as const };
    }),
  );
};

const withProducers = async <T>(
  count: number,
  { cluster }: Stage,
  use: (producers: readonly TransactionalProducer[]) => Promise<T>,
): Promise<T> => {
  const made = await Promise.all(
    Array.from({ length: count }, () => cluster.kafka.transactionalProducer(`foreign-${randomUUID()}`)),
  );
  try {
    return await use(made);
  } finally {
    await Promise.all(made.map((producer) => producer.close()));
  }
};

/** Well-formed twins of one event that is not to be. */
const twins = (eventType: string, { clock, random }: Stage): readonly OutgoingRecord[] => {
  const createdAt = instantFromMillis(clock.now());
  const id = `foreign-${randomUUID()}`;
  const partition = random.between(0, partitions - 1);
  return versions.map((own) => recordOf(eventType, own, { id, createdAt, partition }));
};

const recordOf = (
  eventType: string,
  own: Version,
  {
    id,
    createdAt,
    partition,
  }: { id: string; createdAt: ReturnType<typeof instantFromMillis>; partition: number },
): OutgoingRecord => ({
  topic: topicOf(eventType, own),
  partition,
  key: 'foreign',
  value: Buffer.from('aborted, so never decoded'),
  timestamp: createdAt,
  headers: toHeaders(
    { id, source: 'foreign', type: eventType, createdAt, published: publishedVersions([1, 2]) },
    dataSchemaOf(eventType, own, 1),
  ),
});
