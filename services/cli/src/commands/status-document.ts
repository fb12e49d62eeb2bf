import { z } from 'zod';
import { timelineOutput } from './bind-document';
import { type BoundTo, instantText, list, schemaVersion, versionNumber, withBoundTo } from './document-parts';
import { migrationRow } from './migration-rows';

const groupShape = {
  group: z.string(),
  state: z.string().meta({ description: "the broker's word: Empty, Stable, …" }),
  members: z.number().int(),
  version: versionNumber.nullable().meta({
    description: 'the version that counts from now on; null for a group that has not registered',
  }),
  timeline: timelineOutput,
  proposal: z
    .strictObject({
      id: z.string(),
      version: versionNumber,
      since: instantText,
      decideBy: instantText,
    })
    .nullable(),
  versions: z
    .record(
      z.string(),
      z.strictObject({ committed: list(z.number().nullable()), lag: z.number().nullable() }),
    )
    .meta({ description: 'by version; null where it is not known' }),
  drained: z.enum(['yes', 'no', 'unknown']),
  because: list(z.string()),
};

const eventTypeStatus = z.strictObject({
  eventType: z.string(),
  topics: z
    .record(z.string(), z.strictObject({ partitions: z.number().int(), end: list(z.number()) }))
    .meta({ description: 'by version; a topic that does not exist is left out' }),
  groups: list(withBoundTo(groupShape)),
  publishers: list(z.strictObject({ instance: z.string(), versions: list(versionNumber), at: instantText })),
  migrations: list(migrationRow).meta({ description: 'one for each version that was announced to go away' }),
});

/** What `baton status` says; `null` stands for what is not known or not there. */
export const statusOutput = z.strictObject({ schemaVersion, eventTypes: list(eventTypeStatus) });

/** One group: since when it counts which version, how far it has come; `BoundToV2Since` is null while it is not bound to 2. */
export type GroupRow = z.infer<z.ZodObject<typeof groupShape>> & BoundTo;
export type EventTypeStatus = Omit<z.infer<typeof eventTypeStatus>, 'groups'> & {
  readonly groups: readonly GroupRow[];
};
export interface StatusDocument {
  readonly schemaVersion: 1;
  readonly eventTypes: readonly EventTypeStatus[];
}
