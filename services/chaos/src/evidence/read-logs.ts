import { readRaw } from '@baton/demo';
import type { FetchedRecord } from '@baton/messaging';

/** A record of an event topic as it lies in the log, markers and aborted records included. */
export interface LogLine {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly kind: FetchedRecord['kind'];
  readonly transactionOf: string | undefined;
  readonly timestamp: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReadLogsDeps extends Omit<Parameters<typeof readRaw>[1], 'onRecord' | 'failure'> {
  readonly onLine: (line: LogLine) => void;
}

/** Reads topics raw, from their beginnings to their ends at the time of the call. */
export const readLogs = (topics: readonly string[], { onLine, ...deps }: ReadLogsDeps): Promise<void> =>
  readRaw(
    topics.map((topic) => ({ topic })),
    {
      ...deps,
      failure: 'chaos-failed',
      onRecord: ({ topic, partition }, record) => onLine(lineOf(topic, partition, record)),
    },
  );

const kept: ReadonlySet<string> = new Set([
  'ce_id',
  'ce_publishedversions',
  'ce_time',
  'ce_source',
  'baton-dead-letter',
]);

const lineOf = (
  topic: string,
  partition: number,
  { offset, kind, transactionOf, timestamp, key, headers }: FetchedRecord,
): LogLine => ({
  topic,
  partition,
  offset,
  kind,
  transactionOf,
  timestamp,
  key: kind === 'data' ? (key?.toString() ?? '') : '',
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (kept.has(name) ? [[name, String(value)]] : [])),
  ),
});
