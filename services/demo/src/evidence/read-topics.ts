import { BatonError } from '@baton/core';
import type { FetchedRecord } from '@baton/messaging';
import { createCommittedFilter } from '../audit/committed-records';
import type { CommittedRecord } from '../audit/types';
import { type RawTopic, type ReadRawDeps, readRaw } from './read-raw';

/** A topic of one version. */
export interface TopicToRead extends RawTopic {
  readonly version: number;
}

export type ReadTopicsDeps = Omit<ReadRawDeps, 'onRecord' | 'failure'>;

/**
 * Reads everything committed from `from` to the ends at the time of the call. What is committed is told by the
 * markers in the log, read as they lie there; nothing of the consumer under audit is used.
 */
export const readTopics = async (
  topics: readonly TopicToRead[],
  deps: ReadTopicsDeps,
): Promise<readonly CommittedRecord[]> => {
  const logs = new Map<string, PartitionLog>();
  const logOf = (topic: string, partition: number): PartitionLog => {
    const place = `${topic}/${partition}`;
    const version = topics.find((one) => one.topic === topic)?.version ?? 0;
    const log = logs.get(place) ?? { version, partition, filter: createCommittedFilter<FetchedRecord>() };
    logs.set(place, log);
    return log;
  };
  await readRaw(topics, {
    ...deps,
    failure: 'demo-failed',
    onRecord: ({ topic, partition }, record) => logOf(topic, partition).filter.push(record),
  });
  const undecided = [...logs.values()].reduce((sum, { filter }) => sum + filter.undecided(), 0);
  if (undecided > 0) {
    throw new BatonError(
      'demo-failed',
      `Expected every transaction to be decided, but ${undecided} records belong to open ones. Run the demonstration again.`,
    );
  }
  return [...logs.values()].flatMap((log) =>
    log.filter.committed.map((record) => committedRecord(record, log)),
  );
};

interface PartitionLog {
  readonly version: number;
  readonly partition: number;
  readonly filter: ReturnType<typeof createCommittedFilter<FetchedRecord>>;
}

const committedRecord = (record: FetchedRecord, { version, partition }: PartitionLog): CommittedRecord => ({
  version,
  partition,
  id: headerOf(record, 'ce_id'),
  key: record.key?.toString() ?? '',
  createdAt: record.timestamp,
  publishedVersions: headerOf(record, 'ce_publishedversions'),
});

const headerOf = ({ headers }: FetchedRecord, name: string): string => headers[name]?.toString() ?? '';
