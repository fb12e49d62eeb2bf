import type { Stamp } from './types';

/** What a record's headers say of it; `undefined` where they are malformed. */
export const readStamp = (
  headers: Readonly<Record<string, string>>,
  { topic, partition, offset, timestamp, version, eventType }: StampPlace,
): Stamp | undefined => {
  const published = headers.ce_publishedversions;
  if (published === undefined && headers.ce_specversion === undefined) {
    const source = `/topics/${topic}`;
    return { source, id: `${topic}-${partition}-${offset}`, createdAt: timestamp, published: [version] };
  }
  const { ce_id: id, ce_source: source, ce_type: type, ce_specversion: spec, ce_time: time } = headers;
  if (!id || !source || type !== eventType || spec !== '1.0' || !time) return undefined;
  const versions = published === undefined ? undefined : versionsOf(published);
  const createdAt = Date.parse(time);
  if (versions === undefined || !versions.includes(version) || Number.isNaN(createdAt)) return undefined;
  return { source, id, createdAt, published: versions };
};

interface StampPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly version: number;
  readonly eventType: string;
}

const known = new Map<string, readonly number[]>();

const versionsOf = (text: string): readonly number[] | undefined => {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (!/^[1-9]\d*(,[1-9]\d*)*$/.test(text)) return undefined;
  const versions = text.split(',').map(Number);
  if (versions.some((version, i) => i > 0 && version <= (versions[i - 1] ?? 0))) return undefined;
  known.set(text, versions);
  return versions;
};
