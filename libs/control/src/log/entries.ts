import { isEventTypeName, type Version, version } from '@baton/core';
import { z } from 'zod';

/** The version of the entries' form. A reader that does not know an entry's form counts it and goes on. */
export const entrySchemaVersion = 1;

const name = z.string().min(1).max(500);
const eventType = z.string().refine(isEventTypeName, 'expected an event type such as lending.BooksBorrowed');
const versionNumber = z
  .number()
  .int()
  .min(1)
  .transform((value): Version => version(value));
const versions = z.array(versionNumber).min(1).readonly();
/** An instant that a date can hold. */
const millis = z.number().int().min(0).max(8.64e15);
const counter = z.number().int().min(0);
const text = z.string().max(4000);

/** What every entry says: its form, who wrote it and why. When is the log-append time. */
const signed = { schemaVersion: z.literal(entrySchemaVersion), by: name, reason: text };

const registrations = [
  z.object({
    ...signed,
    kind: z.literal('group-registered'),
    group: name,
    eventType,
    defaultVersion: versionNumber,
    handles: versions,
  }),
  z.object({ ...signed, kind: z.literal('publisher-registered'), publisher: name, eventType, versions }),
] as const;

const bindings = [
  z.object({
    ...signed,
    kind: z.literal('binding-requested'),
    group: name,
    eventType,
    version: versionNumber,
  }),
  z.object({
    ...signed,
    kind: z.literal('binding-proposed'),
    proposal: name,
    group: name,
    eventType,
    version: versionNumber,
    since: millis,
    decideBy: millis,
    lead: counter,
    expectedRevision: counter,
  }),
  z.object({
    ...signed,
    kind: z.literal('binding-listed'),
    proposal: name,
    members: z.array(name).readonly(),
  }),
  z.object({ ...signed, kind: z.literal('binding-acknowledged'), proposal: name, member: name }),
  z.object({ ...signed, kind: z.literal('binding-refused'), proposal: name, member: name, because: text }),
  z.object({ ...signed, kind: z.literal('binding-confirmed'), proposal: name }),
  z.object({ ...signed, kind: z.literal('binding-withdrawn'), proposal: name, because: text }),
] as const;

/** Every entry of the control log. A new kind is one more line here and one more rule in `fold.ts`. */
export const controlEntrySchema = z.discriminatedUnion('kind', [...registrations, ...bindings]);

export type ControlEntry = z.output<typeof controlEntrySchema>;
export type EntryKind = ControlEntry['kind'];
export type EntryOf<K extends EntryKind> = Extract<ControlEntry, { kind: K }>;

/** What the writer of an entry says; form and signature are added by `sign`. */
export type UnsignedEntry = ControlEntry extends infer E
  ? E extends ControlEntry
    ? Omit<E, 'schemaVersion' | 'by' | 'reason'>
    : never
  : never;

/** Who writes entries, and why. */
export interface Signature {
  readonly by: string;
  readonly reason: string;
}

/** Completes an entry, ready to be appended. */
export const sign = (entry: UnsignedEntry, { by, reason }: Signature): ControlEntry => ({
  schemaVersion: entrySchemaVersion,
  by,
  reason,
  ...entry,
});

/** An entry of the log as this reader understands it; what it does not understand is void, with the reason. */
export type ParsedEntry =
  | { readonly kind: 'entry'; readonly entry: ControlEntry }
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'malformed'; readonly because: string };

/** Reads what was logged. Never throws: whatever anybody wrote, the readers go on. */
export const parseEntry = (value: unknown): ParsedEntry => {
  const parsed = controlEntrySchema.safeParse(value);
  if (parsed.success) return { kind: 'entry', entry: parsed.data };
  const head = headSchema.safeParse(value);
  if (!head.success) {
    return { kind: 'malformed', because: 'expected an object with kind and schemaVersion' };
  }
  const { kind, schemaVersion } = head.data;
  if (schemaVersion !== entrySchemaVersion || !knownKinds.has(kind)) {
    return { kind: 'unknown', because: `this reader does not know ${kind} in form ${schemaVersion}` };
  }
  return { kind: 'malformed', because: `${kind}: ${problemsOf(parsed.error)}` };
};

const headSchema = z.object({ kind: z.string(), schemaVersion: z.number() });

const knownKinds: ReadonlySet<string> = new Set(
  controlEntrySchema.options.flatMap((option) => [...option.shape.kind.values]),
);

const problemsOf = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'entry'}: ${issue.message}`).join('; ');
