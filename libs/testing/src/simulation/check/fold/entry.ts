/** An entry of the control log, read without the code that wrote it. */
export type Entry = Readonly<Record<string, unknown>> & { readonly kind: string };

type FieldType =
  | 'name'
  | 'text'
  | 'count'
  | 'version'
  | 'names'
  | 'counts'
  | 'versions'
  | 'certificate'
  | 'flag';

const version = 'version';
const about = { eventType: 'name', version } as const;

/** What each kind must say to count at all. */
const fieldsOf: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  'group-registered': { group: 'name', eventType: 'name', defaultVersion: version, handles: 'versions' },
  'publisher-registered': { publisher: 'name', eventType: 'name', versions: 'versions' },
  'key-adopted': {},
  'key-changed': { key: 'text' },
  'binding-requested': { group: 'name', eventType: 'name', version },
  'binding-proposed': {
    proposal: 'name',
    group: 'name',
    eventType: 'name',
    version,
    since: 'count',
    decideBy: 'count',
    lead: 'count',
    expectedRevision: 'count',
  },
  'binding-listed': { proposal: 'name', members: 'names' },
  'binding-acknowledged': { proposal: 'name', member: 'name' },
  'binding-refused': { proposal: 'name', member: 'name', because: 'text' },
  'binding-confirmed': { proposal: 'name' },
  'binding-withdrawn': { proposal: 'name', because: 'text' },
  announced: {
    eventType: 'name',
    from: version,
    to: version,
    deadline: 'count',
    expectedRevision: 'count',
  },
  'deadline-moved': { ...about, deadline: 'count', expectedRevision: 'count' },
  vetoed: { ...about, group: 'name', until: 'count' },
  'veto-withdrawn': { ...about, group: 'name' },
  'deprecated-allowed': { ...about, group: 'name' },
  retiring: { ...about, publishers: 'names', certificate: 'certificate', expectedRevision: 'count' },
  'retiring-acknowledged': { ...about, publisher: 'name', attempt: 'count' },
  'retiring-withdrawn': { ...about, expectedRevision: 'count' },
  'writes-refused': { ...about, how: 'name' },
  final: { ...about, ends: 'counts', certificate: 'certificate' },
  dropped: { ...about, group: 'name', certificate: 'certificate', early: 'flag' },
};

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isVersion = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const isListOf =
  (is: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(is);

const tests: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  name: isName,
  text: (value) => typeof value === 'string',
  count: isCount,
  version: isVersion,
  names: isListOf(isName),
  counts: isListOf(isCount),
  versions: isListOf(isVersion),
  certificate: (value) => typeof value === 'object' && value !== null,
  flag: (value) => typeof value === 'boolean',
};

/** The entry, if it has a known form; otherwise it is void for every reader. */
export const readEntry = (value: unknown): Entry | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = value as Readonly<Record<string, unknown>>;
  const { kind, schemaVersion, by } = entry;
  if (typeof kind !== 'string' || schemaVersion !== 1 || !isName(by)) return undefined;
  const fields = fieldsOf[kind];
  if (fields === undefined) return undefined;
  for (const name in fields) {
    const type = fields[name];
    if (type !== undefined && !tests[type](entry[name])) return undefined;
  }
  return entry as Entry;
};

/** A field that `readEntry` has found to be text. */
export const text = (entry: Entry, name: string): string => String(entry[name]);

/** A field that `readEntry` has found to be a number. */
export const number = (entry: Entry, name: string): number => Number(entry[name]);

/** A field that `readEntry` has found to be a list of names. */
export const names = (entry: Entry, name: string): readonly string[] => entry[name] as readonly string[];
