import { type EventKind, eventTypeName } from '@baton/core';
import { parseDocument } from 'yaml';
import type { CatalogEntry, CatalogVersion } from '../catalog/entry';
import { type GeneratedFile, generateEventModule, identifierOf, typeName } from '../generate/event-module';
import { schemaFromJson } from '../parse-schema';

/** What a new event type starts from. */
export interface NewEventType {
  readonly name: string;
  readonly kind: EventKind;
  /** The team that publishes it. */
  readonly owner: string;
}

/** The files of a new event type, generated code included; every one of them is meant to be edited or replaced. */
export const scaffoldEventType = ({ name, kind, owner }: NewEventType): readonly GeneratedFile[] => {
  const area = eventTypeName(name).slice(0, name.lastIndexOf('.'));
  const schema = {
    type: 'record',
    name: identifierOf({ name }),
    namespace: area.replaceAll('-', '_'),
    doc: 'What happened, in one sentence.',
    fields: [
      { name: 'id', type: 'string', doc: 'Identifies what this is about; the key of the event.' },
      {
        name: 'occurredAt',
        type: { type: 'long', logicalType: 'timestamp-millis' },
        doc: 'When it happened.',
      },
    ],
  };
  const example = { id: 'example-1', occurredAt: '2026-01-01T12:00:00.000Z' };
  const entry: CatalogEntry = {
    name,
    kind,
    owner,
    description: 'What happened, in one sentence.',
    keyField: 'id',
    partitions: 6,
    retentionMs: 30 * 86_400_000,
    versions: [
      { version: 1, path: `${name}/v1.avsc`, json: schema, schema: schemaFromJson(schema), example },
    ],
    groups: [],
    hasUpcasts: false,
  };
  return [
    { path: `${name}/event.yaml`, content: eventYaml(entry) },
    { path: `${name}/v1.avsc`, content: jsonText(schema) },
    { path: `${name}/examples/v1.json`, content: jsonText(example) },
    generateEventModule(entry),
  ];
};

const eventYaml = ({ name, kind, owner, description, keyField }: CatalogEntry): string =>
  [
    `name: ${name}`,
    `kind: ${kind}`,
    `owner: ${owner}`,
    `description: ${description}`,
    '# The field of the data whose value is the message key: events with one key keep their order.',
    `keyField: ${keyField}`,
    'partitions: 6',
    'retention: 30d',
    'versions: [1]',
    '',
  ].join('\n');

/** Compact lists and objects are for the formatter of the repository to decide; this is plain JSON. */
const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Reads a file of the event type's folder, such as `event.yaml`; `undefined` if it is not there. */
export type ReadSource = (name: string) => string | undefined;

/**
 * The files that change when an event type gets its next version: schema and example as copies of the newest, and
 * translations that hand the data through until you edit the new schema.
 */
export const scaffoldVersion = (entry: CatalogEntry, readSource: ReadSource): readonly GeneratedFile[] => {
  const newest = entry.versions.at(-1);
  if (newest === undefined) return [];
  const version = newest.version + 1;
  const added: CatalogVersion = { ...newest, version, path: `${entry.name}/v${version}.avsc` };
  const next: CatalogEntry = { ...entry, versions: [...entry.versions, added], hasUpcasts: true };
  return [
    { path: `${entry.name}/event.yaml`, content: withVersion(readSource('event.yaml') ?? '', version) },
    { path: added.path, content: readSource(`v${newest.version}.avsc`) ?? jsonText(newest.json) },
    {
      path: `${entry.name}/examples/v${version}.json`,
      content: readSource(`examples/v${newest.version}.json`) ?? jsonText(newest.example),
    },
    {
      path: `${entry.name}/downcast.ts`,
      content: withTranslation(readSource('downcast.ts'), {
        entry: next,
        direction: 'downcast',
        newest,
        added,
      }),
    },
    {
      path: `${entry.name}/upcast.ts`,
      content: withTranslation(readSource('upcast.ts'), { entry: next, direction: 'upcast', newest, added }),
    },
    generateEventModule(next),
  ];
};

/** The same YAML, comments and all, with one more live version. */
const withVersion = (text: string, version: number): string => {
  const document = parseDocument(text);
  document.addIn(['versions'], version);
  return document.toString({ flowCollectionPadding: false, lineWidth: 0 });
};

interface TranslationPlace {
  readonly entry: CatalogEntry;
  readonly direction: 'downcast' | 'upcast';
  readonly newest: CatalogVersion;
  readonly added: CatalogVersion;
}

const withTranslation = (text: string | undefined, place: TranslationPlace): string => {
  const { entry, direction, newest, added } = place;
  const table = `${identifierOf(entry)}${direction === 'downcast' ? 'Downcasts' : 'Upcasts'}`;
  const [target, source] = direction === 'downcast' ? [newest, added] : [added, newest];
  const line = `  // Makes ${typeName(entry, target)} from ${typeName(entry, source)}.\n  ${target.version}: (data) => data,\n`;
  const head = `export const ${direction}s: ${table} = {\n`;
  if (text?.includes(head)) return text.replace(head, `${head}${line}`);
  if (text !== undefined)
    return `${text}\n// Add to \`${direction}s\`:\n${line.replaceAll(/^ {2}/gm, '// ')}`;
  const why =
    direction === 'downcast'
      ? 'Each older version, made from the next newer one. Must be pure: the same event gives the same twin.'
      : 'Each newer version, made from the next older one, where the older data is enough for that.';
  return `import type { ${table} } from './generated';\n\n/** ${why} */\n${head}${line}};\n`;
};
