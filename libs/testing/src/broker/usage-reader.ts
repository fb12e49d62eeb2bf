import type { GroupReader, GroupUsage, SourceUsage, UsageReader } from '@baton/control';
import { headerNames, isBatonError, parsePublishedVersions } from '@baton/core';
import type { FetchedRecord } from '@baton/messaging';
import type { Network } from './network';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

export interface UsageReaderDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly groupReader: GroupReader;
  /** Every group that has members or commits. */
  readonly groups: () => readonly string[];
}

/** Who uses topics, as one process reads it from the broker. */
export const createUsageReader = ({
  network,
  process,
  topics,
  groupReader,
  groups,
}: UsageReaderDeps): UsageReader => ({
  lastRecords: (topic, { perPartition = 1_000 } = {}) =>
    network.call(process, 'fetch', () => {
      const tails = topics.logs(topic).map((log) => {
        const start = Math.max(log.logStart(), log.highWatermark() - perPartition);
        const records = log.committed().filter(({ offset }) => offset >= start);
        return { records, whole: start === log.logStart() };
      });
      return {
        topic,
        sources: bySource(tails.flatMap(({ records }) => records)),
        reach: tails.every(({ whole }) => whole) ? 'whole' : 'tail',
      };
    }),
  groupsOn: async (asked) => {
    const found: GroupUsage[] = [];
    for (const group of await network.call(process, 'read-groups', groups)) {
      const { members } = await groupReader.describe(group);
      const committed = await groupReader.committed(group, asked);
      const reading = members.filter(
        ({ topics: subscribed = [] }) =>
          subscribed.length === 0 || subscribed.some((topic) => asked.includes(topic)),
      );
      const written = [...committed].filter(([, offsets]) => offsets.some((offset) => offset !== undefined));
      if (reading.length === 0 && written.length === 0) continue;
      found.push({
        group,
        members: reading.map(({ memberId, clientId, host }) => ({ memberId, clientId, host })),
        committed: new Map(written),
      });
    }
    return found;
  },
});

const bySource = (records: readonly FetchedRecord[]): readonly SourceUsage[] => {
  const found = new Map<string, SourceUsage>();
  for (const { headers, timestamp } of records) {
    const source = text(headers[headerNames.source]);
    const publishedVersions = versions(text(headers[headerNames.publishedVersions]));
    const name = JSON.stringify([source, publishedVersions]);
    const { records: before = 0, newest = timestamp } = found.get(name) ?? {};
    found.set(name, {
      source,
      publishedVersions,
      records: before + 1,
      newest: Math.max(newest, timestamp),
    });
  }
  return [...found.values()];
};

const text = (value: FetchedRecord['headers'][string]): string | undefined =>
  value === undefined ? undefined : String(Array.isArray(value) ? value[0] : value);

const versions = (list: string | undefined): readonly number[] | undefined => {
  try {
    return list === undefined ? undefined : parsePublishedVersions(list);
  } catch (error) {
    if (isBatonError(error, 'malformed-headers')) return undefined;
    throw error;
  }
};
