import { type CatalogEntry, createAvroCodec, dataToJson, type SchemaRegistry } from '@baton/contracts';
import {
  decide,
  type Envelope,
  formatInstant,
  type Headers,
  hasEnvelope,
  type Instant,
  type PublishedVersions,
  parseHeaders,
  type Timeline,
  type Version,
} from '@baton/core';
import type { FetchedRecord } from '@baton/messaging';
import { z } from 'zod';
import { instantText, list, schemaVersion, versionNumber } from '../commands/document-parts';
import { eventTypeWithoutTranslations } from './event-types';
import type { TailedRecord } from './tail';

/** A message, decoded, and what a group makes of it. */
export const tailedEvent = z.strictObject({
  schemaVersion,
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  version: versionNumber,
  key: z.string().nullable(),
  id: z.string().nullable(),
  source: z.string().nullable(),
  createdAt: instantText,
  publishedVersions: list(versionNumber),
  headers: z.record(z.string(), z.string()),
  data: z.unknown().meta({ description: 'as plain JSON; null where it cannot be decoded' }),
  problem: z.string().nullable().meta({ description: 'why it cannot be read' }),
  decision: z
    .strictObject({
      group: z.string(),
      kind: z.enum(['process', 'skip']),
      responsible: versionNumber,
    })
    .nullable()
    .meta({ description: 'what the group that was asked about makes of it' }),
});
export type TailedEvent = z.infer<typeof tailedEvent>;

/** A group, and since when it counts which version. */
export interface AskedGroup {
  readonly group: string;
  readonly timeline: Timeline;
}

/** Reads records of some versions of an event type. */
export const createEventReader = (
  entry: CatalogEntry,
  {
    versions,
    registry,
    group,
  }: {
    readonly versions: readonly Version[];
    readonly registry: SchemaRegistry;
    readonly group: AskedGroup | undefined;
  },
): ((tailed: TailedRecord) => Promise<TailedEvent>) => {
  const eventType = eventTypeWithoutTranslations(entry, versions);
  const codec = createAvroCodec({ registry });

  const decoded = async (
    version: Version,
    value: Buffer | null,
  ): Promise<Pick<TailedEvent, 'data' | 'problem'>> => {
    try {
      const data = await codec.decode(eventType, version, value);
      return { data: dataToJson(eventType.versions[version]?.schema, data), problem: null };
    } catch (error) {
      return { data: null, problem: messageOf(error) };
    }
  };

  return async ({ topic, partition, version, record }) => {
    const headers = headersOf(record);
    const { envelope, problem } = envelopeOf(headers, version);
    const createdAt = envelope?.createdAt ?? (record.timestamp as Instant);
    const published = envelope?.published ?? ([version] as unknown as PublishedVersions);
    const body = await decoded(version, record.value);
    return {
      schemaVersion: 1,
      topic,
      partition,
      offset: record.offset,
      version,
      key: record.key?.toString('utf8') ?? null,
      id: envelope?.id ?? null,
      source: envelope?.source ?? null,
      createdAt: formatInstant(createdAt),
      publishedVersions: [...published],
      headers,
      data: body.data,
      problem: problem ?? body.problem,
      decision: group === undefined ? null : decisionOf(version, { createdAt, published }, group),
    };
  };
};

const headersOf = ({ headers }: FetchedRecord): Headers =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name, Array.isArray(value) ? value.map(String).join(', ') : String(value)]],
    ),
  );

const envelopeOf = (
  headers: Headers,
  version: Version,
): { readonly envelope?: Envelope; readonly problem: string | null } => {
  if (!hasEnvelope(headers)) return { problem: null };
  try {
    return { envelope: parseHeaders(headers, version), problem: null };
  } catch (error) {
    return { problem: messageOf(error) };
  }
};

const decisionOf = (
  own: Version,
  event: { readonly createdAt: Instant; readonly published: PublishedVersions },
  { group, timeline }: AskedGroup,
): NonNullable<TailedEvent['decision']> => {
  const decision = decide(own, { ...event, timeline });
  return { group, kind: decision.kind, responsible: decision.kind === 'skip' ? decision.responsible : own };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
