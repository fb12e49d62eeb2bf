import { z } from 'zod';

const versionStatus = z.object({ lag: z.number().nullable() });

const groupStatus = z.object({
  group: z.string(),
  BoundToV2Since: z.string().nullable(),
  versions: z.record(z.string(), versionStatus),
  drained: z.enum(['yes', 'no', 'unknown']),
});

const status = z.object({
  schemaVersion: z.literal(1),
  eventTypes: z.array(z.object({ eventType: z.string(), groups: z.array(groupStatus) })),
});

/** What `baton status` says of one group, as far as the story goes by it. */
export type GroupStatus = z.infer<typeof groupStatus>;

/** Reads the document of `baton status -o json`: the groups of one event type, by name. */
export const groupsOf = (document: unknown, eventType: string): ReadonlyMap<string, GroupStatus> => {
  const { eventTypes } = status.parse(document);
  const groups = eventTypes.find((of) => of.eventType === eventType)?.groups ?? [];
  return new Map(groups.map((group) => [group.group, group]));
};

/** Whether the group has committed everything of these versions; what nobody knows counts as no. */
export const hasHandledAll = (group: GroupStatus | undefined, versions: readonly number[]): boolean =>
  group !== undefined && versions.every((version) => group.versions[version]?.lag === 0);

const bound = z
  .object({ schemaVersion: z.literal(1), version: z.number(), outcome: z.enum(['bound', 'already-bound']) })
  .loose();

/** Reads the document of `baton bind -o json`: since when the group is bound to the version (milliseconds). */
export const sinceOf = (document: unknown, to: string): number =>
  Date.parse(z.iso.datetime().parse(bound.parse(document)[`BoundToV${to}Since`]));

const reason = z.object({ code: z.string() });
const outcome = z.object({ schemaVersion: z.literal(1), outcome: z.string(), because: z.array(reason) });

/** Reads the document of `baton retire -o json`: what became of it, and the codes of the reasons. */
export const outcomeOf = (
  document: unknown,
): { readonly outcome: string; readonly because: readonly string[] } => {
  const { because, ...rest } = outcome.parse(document);
  return { ...rest, because: because.map(({ code }) => code) };
};

const verdict = z.object({
  schemaVersion: z.literal(1),
  verdict: z.enum(['safe', 'not-yet', 'unknown']),
});

/** Reads the document of `baton can … -o json`. */
export const verdictOf = (document: unknown): z.infer<typeof verdict>['verdict'] =>
  verdict.parse(document).verdict;

const log = z.object({
  schemaVersion: z.literal(1),
  entries: z.array(
    z.object({
      at: z.string(),
      kind: z.string(),
      by: z.string(),
      reason: z.string(),
      valid: z.boolean(),
      entry: z.object({ group: z.string().optional() }),
    }),
  ),
});

/** What was logged about the event type. */
export interface LogRow {
  readonly at: string;
  readonly kind: string;
  readonly group: string | null;
  readonly by: string;
  readonly reason: string;
  readonly valid: boolean;
}

/** Reads the document of `baton log -o json`. */
export const logOf = (document: unknown): readonly LogRow[] =>
  log.parse(document).entries.map(({ entry, ...row }) => ({ ...row, group: entry.group ?? null }));
