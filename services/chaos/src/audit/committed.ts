import { createCommittedFilter, groupBy } from '@baton/demo';
import type { LogLine } from '../evidence/read-logs';

/** A committed message of an event, with what its headers say. */
export interface Message {
  readonly eventType: string;
  readonly version: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly id: string;
  readonly key: string;
  readonly createdAt: number;
  /** As the header says them, such as `1,2`. */
  readonly published: string;
}

/** What the markers in the log say is committed and is an event by its headers. */
export const committedMessages = (log: readonly LogLine[]): readonly Message[] =>
  committedLines(log).flatMap(messageOf);

/** The data records that the markers in the log say are committed. */
export const committedLines = (log: readonly LogLine[]): readonly LogLine[] =>
  [...groupBy(log, ({ topic, partition }) => `${topic}/${partition}`).values()].flatMap((lines) => {
    const filter = createCommittedFilter<LogLine>();
    for (const line of [...lines].sort((a, b) => a.offset - b.offset)) filter.push(line);
    return filter.committed;
  });

/** What a foreign producer wrote for nobody to read has such a key. */
export const isMalformed = ({ key }: Pick<LogLine, 'key'>): boolean => key.startsWith('malformed-');

/** Empty for a record whose headers are not those of an event. */
const messageOf = (line: LogLine): readonly Message[] => {
  if (isMalformed(line)) return [];
  const { topic, partition, offset, key, timestamp, headers } = line;
  const [, eventType, version] = /^(.+)\.v(\d+)$/.exec(topic) ?? [];
  const id = headers.ce_id;
  const published = headers.ce_publishedversions;
  if (eventType === undefined || version === undefined || id === undefined || published === undefined)
    return [];
  const own = Number(version);
  if (!published.split(',').includes(version) || !Number.isFinite(Date.parse(headers.ce_time ?? '')))
    return [];
  return [{ eventType, version: own, topic, partition, offset, id, key, createdAt: timestamp, published }];
};
