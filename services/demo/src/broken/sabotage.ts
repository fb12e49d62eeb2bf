/// <reference path="./stock-filter.d.ts" />
import { formatPublishedVersions, headerNames, publishedVersions } from '@baton/core';
import type {
  FetchedBatch,
  FetchedRecord,
  GroupMemberFactory,
  LogOffsets,
  TransactionalProducerFactory,
} from '@baton/messaging';
import stockFilter from 'kafkajs/src/consumer/filterAbortedMessages';

/** Ways to break the system from outside: each wraps one port. Production code knows nothing of them. */
export interface Sabotage {
  readonly producer?: (make: TransactionalProducerFactory) => TransactionalProducerFactory;
  readonly groupMember?: (make: GroupMemberFactory) => GroupMemberFactory;
  readonly logOffsets?: (real: LogOffsets) => LogOffsets;
}

/** Every log seems to end where it begins: no record ever waits for an older one. */
export const holdRemoved: Sabotage = {
  logOffsets: (real) => ({
    ...real,
    end: async (topic) => (await real.end(topic)).map(() => 0),
  }),
};

const bothVersions = formatPublishedVersions(publishedVersions([1, 2]));

/** Leaves out the v1 twin of the first `count` events that have one. */
export const twinDropped = (count: number): Sabotage => {
  const victims = new Set<string>();
  const isVictim = (headers: Readonly<Record<string, string>>): boolean => {
    if (headers[headerNames.publishedVersions] !== bothVersions) return false;
    const id = headers[headerNames.id] ?? '';
    if (victims.size < count) victims.add(id);
    return victims.has(id);
  };
  return {
    producer: (make) => async (transactionalId) => {
      const producer = await make(transactionalId);
      return {
        ...producer,
        send: (records) =>
          producer.send(
            records.filter(({ topic, headers }) => !(topic.endsWith('.v1') && isVictim(headers))),
          ),
      };
    },
  };
};

/** Gives the consumer what the filter of kafkajs leaves of a batch, as if it had been read by kafkajs alone. */
export const stockAbortedReads: Sabotage = {
  groupMember: (make) => (options) => {
    const member = make(options);
    return {
      ...member,
      start: (listener) =>
        member.start({
          joined: (generation) => listener.joined(generation),
          heartbeat: (sentAt) => listener.heartbeat(sentAt),
          rebalancing: () => listener.rebalancing(),
          crashed: (error) => listener.crashed(error),
          batch: (batch) => listener.batch(asStockKafkajs(batch)),
        }),
    };
  },
};

const asStockKafkajs = (batch: FetchedBatch): FetchedBatch => {
  const records = [...batch.records];
  const kept = stockFilter({
    messages: records.map((record) => ({
      record,
      offset: String(record.offset),
      key: record.kind === 'abort-marker' ? Buffer.alloc(4) : record.key,
      batchContext: {
        producerId: record.transactionOf ?? '-1',
        inTransaction: record.transactionOf !== undefined,
      },
    })),
    abortedTransactions: batch.aborted.map(({ producerId, firstOffset }) => ({
      producerId,
      firstOffset: String(firstOffset),
    })),
  });
  const visible = new Set(kept.map(({ record }) => record));
  return {
    ...batch,
    aborted: [],
    records: records.map((record) =>
      visible.has(record) && record.kind === 'data' ? outsideTransaction(record) : asControl(record),
    ),
  };
};

/** No filter behind this one finds anything more to drop. */
const outsideTransaction = (record: FetchedRecord): FetchedRecord => ({
  ...record,
  transactionOf: undefined,
});

const asControl = (record: FetchedRecord): FetchedRecord => ({
  ...record,
  kind: record.kind === 'data' ? 'other-control' : record.kind,
});
