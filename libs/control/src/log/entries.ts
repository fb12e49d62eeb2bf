import { z } from 'zod';
import { deprecationEntries } from './deprecation-entries';
import {
  counter,
  entrySchemaVersion,
  eventType,
  millis,
  name,
  signed,
  text,
  versionNumber,
  versions,
} from './entry-parts';

const registrations = [
  z.object({
    ...signed,
    kind: z.literal('group-registered'),
    group: name,
    eventType,
    defaultVersion: versionNumber,
    handles: versions,
    /** Says `command` where a second receiver is to be kept out. */
    eventKind: z.enum(['event', 'command']).optional(),
    /** The version that the group insisted on beginning with, although publishers of only older ones lived. */
    fromVersion: versionNumber.optional(),
  }),
  z.object({ ...signed, kind: z.literal('publisher-registered'), publisher: name, eventType, versions }),
] as const;

const keys = [
  /** Carries the first seal of a migration key: from here on decisions need one. */
  z.object({ ...signed, kind: z.literal('key-adopted') }),
  /** From here on they need a seal of this key: its public half (SubjectPublicKeyInfo, base64). */
  z.object({ ...signed, kind: z.literal('key-changed'), key: text }),
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
export const controlEntrySchema = z.discriminatedUnion('kind', [
  ...registrations,
  ...keys,
  ...bindings,
  ...deprecationEntries,
]);

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
