import type { GroupReader, GroupUsage, SourceUsage, UsageReader } from '@baton/control';
import { headerNames, isBatonError, parsePublishedVersions } from '@baton/core';
import {
  type Clock,
  type FetchedRecord,
  readCommittedFilter,
  settleWithin,
  type TopicPartition,
} from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { toBatonError, withDeadline } from './errors';
import { assertFetchRepairLoaded } from './fetch-check';
import { connectForReading, fetchPartition } from './fetch-partition';
import type { RawCluster } from './kafkajs-internals';

export interface UsageReaderDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly groupReader: GroupReader;
  readonly clock: Clock;
  /** How long one reading may take. */
  readonly limitMs?: number;
}

const defaultTail = 1_000;
const groupsAtOnce = 8;

/** Reads who uses topics from the brokers themselves. */
export const createUsageReader = (deps: UsageReaderDeps): UsageReader => ({
  lastRecords: async (topic, { perPartition = defaultTail } = {}) => {
    const { calls, clock, limitMs = 30_000 } = deps;
    await assertFetchRepairLoaded();
    const [earliest, ends] = await Promise.all([
      calls.offsets(topic, 'earliest'),
      calls.offsets(topic, 'end'),
    ]);
    const starts = ends.map((end, p) => Math.max(earliest[p] ?? 0, end - perPartition));
    const what = `Reading the newest records of ${topic}`;
    const reading = readTails(deps, topic, { starts, ends });
    const records = await withDeadline(reading, { clock, ms: limitMs, code: 'broker-unavailable', what });
    const whole = starts.every((start, p) => start === earliest[p]);
    return { topic, sources: bySource(records), reach: whole ? 'whole' : 'tail' };
  },
  groupsOn: async (topics) => {
    const groups = await listAnyGroup(deps.calls);
    const found: (GroupUsage | undefined)[] = [];
    for (let i = 0; i < groups.length; i += groupsAtOnce) {
      const some = groups.slice(i, i + groupsAtOnce);
      found.push(...(await Promise.all(some.map((group) => usageOf(deps.groupReader, group, topics)))));
    }
    return found.filter((usage) => usage !== undefined);
  },
});

interface Span {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const readTails = async (
  { newClient, clock }: UsageReaderDeps,
  topic: string,
  { starts, ends }: Span,
): Promise<readonly FetchedRecord[]> => {
  if (starts.every((start, p) => start >= (ends[p] ?? 0))) return [];
  let cluster: RawCluster | undefined;
  try {
    cluster = await connectForReading(newClient, topic);
    const tails: FetchedRecord[] = [];
    // one after the other: kafkajs opens a connection for each fetch that finds none yet, and closes the last one only
    for (const [partition, start] of starts.entries()) {
      tails.push(...(await readTail(cluster, { topic, partition }, { start, end: ends[partition] ?? 0 })));
    }
    return tails;
  } catch (error) {
    throw toBatonError(error, `Reading the newest records of ${topic}`);
  } finally {
    await settleWithin(clock, 2_000, async () => cluster?.disconnect());
  }
};

/** Reads up to `end`, or to the first open transaction before it. */
const readTail = async (
  cluster: RawCluster,
  place: TopicPartition,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<readonly FetchedRecord[]> => {
  const found: FetchedRecord[] = [];
  for (let position = start; position < end; ) {
    const fetched = await fetchPartition(cluster, place, { position, waitMs: 100 });
    if (fetched === undefined) break;
    const { records, aborted, nextOffset, stableEnd } = fetched;
    found.push(...[...records].filter(readCommittedFilter(aborted)));
    if (nextOffset === position && position >= stableEnd) break;
    position = nextOffset;
  }
  return found.filter(({ offset }) => offset >= start);
};

const bySource = (records: readonly FetchedRecord[]): readonly SourceUsage[] => {
  const sources = new Map<string, SourceUsage>();
  for (const { headers, timestamp } of records) {
    const source = textOf(headers[headerNames.source]);
    const publishedVersions = versionsIn(textOf(headers[headerNames.publishedVersions]));
    const key = JSON.stringify([source, publishedVersions]);
    const known = sources.get(key);
    const newest = Math.max(timestamp, known?.newest ?? timestamp);
    sources.set(key, { source, publishedVersions, records: (known?.records ?? 0) + 1, newest });
  }
  return [...sources.values()];
};

const textOf = (value: FetchedRecord['headers'][string]): string | undefined => {
  const [first] = Array.isArray(value) ? value : [value];
  return first === undefined ? undefined : String(first);
};

const versionsIn = (text: string | undefined): readonly number[] | undefined => {
  if (text === undefined) return undefined;
  try {
    return parsePublishedVersions(text);
  } catch (error) {
    if (isBatonError(error, 'malformed-headers')) return undefined;
    throw error;
  }
};

/** Groups that only ever committed by hand have no protocol type; those of other protocols do not read topics. */
const listAnyGroup = async (calls: BrokerCalls): Promise<readonly string[]> => {
  const answers = await calls.everywhere('Listing groups', (broker) => broker.listGroups());
  const names = answers.flatMap(({ groups }) =>
    groups
      .filter(({ protocolType }) => ['consumer', ''].includes(protocolType))
      .map(({ groupId }) => groupId),
  );
  return [...new Set(names)].sort();
};

const usageOf = async (
  groupReader: GroupReader,
  group: string,
  topics: readonly string[],
): Promise<GroupUsage | undefined> => {
  const [{ members }, offsets] = await Promise.all([
    groupReader.describe(group),
    groupReader.committed(group, topics),
  ]);
  const reading = members.filter(
    ({ topics: subscribed = [] }) =>
      subscribed.length === 0 || subscribed.some((topic) => topics.includes(topic)),
  );
  const committed = new Map(
    [...offsets].filter(([, partitions]) => partitions.some((offset) => offset !== undefined)),
  );
  if (reading.length === 0 && committed.size === 0) return undefined;
  return {
    group,
    members: reading.map(({ memberId, clientId, host }) => ({ memberId, clientId, host })),
    committed,
  };
};
