import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import { parse as parseYaml } from 'yaml';
import { messageOf } from '../avro-type';
import { type Finding, formatFinding } from '../findings';
import { readData } from '../json-data';
import { parseSchema } from '../parse-schema';
import { type AvroSchema, describeSchema, valueKindOf } from '../schema-model';
import type { CatalogEntry, CatalogVersion } from './entry';
import { type EventFile, eventFile } from './event-file';

/** Every event type of a folder, and everything that is wrong with its files. */
export interface Catalog {
  readonly folder: string;
  /** By name; event types with problems are left out. */
  readonly entries: readonly CatalogEntry[];
  /** Every schema that could be read, those of event types with other problems included. */
  readonly schemas: readonly CatalogSchema[];
  readonly findings: readonly Finding[];
}

/** The schema of one version, as it stands in its file. */
export interface CatalogSchema extends Pick<CatalogVersion, 'version' | 'path' | 'json'> {
  readonly eventType: string;
}

/** Reads all event types below `folder`: one folder each, named like the event type, with an event.yaml. */
export const loadCatalog = (folder: string): Catalog => {
  const findings: Finding[] = [];
  const schemas: CatalogSchema[] = [];
  const entries = eventFolders(folder, findings).flatMap((name) =>
    loadEntry({ folder, name, schemas, findings }),
  );
  return { folder, entries, schemas, findings };
};

/** The catalog if nothing is wrong with it; throws `schema-invalid` with all findings otherwise. */
export const loadValidCatalog = (folder: string): Catalog => {
  const catalog = loadCatalog(folder);
  if (catalog.findings.length === 0) return catalog;
  throw new BatonError(
    'schema-invalid',
    `Expected valid contracts in ${folder}, found ${catalog.findings.length} problem(s):\n${catalog.findings.map(formatFinding).join('\n')}`,
    { details: { findings: catalog.findings } },
  );
};

/** The entry of an event type; throws `invalid-argument` naming those that exist. */
export const entryOf = (catalog: Catalog, name: string): CatalogEntry => {
  const entry = catalog.entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = catalog.entries.map((candidate) => candidate.name).join(', ');
  throw new BatonError(
    'invalid-argument',
    `Expected an event type of ${catalog.folder} (${names || 'there is none'}), got "${name}".`,
  );
};

interface Loading {
  readonly folder: string;
  readonly name: string;
  readonly schemas: CatalogSchema[];
  readonly findings: Finding[];
}

const eventFolders = (folder: string, findings: Finding[]): readonly string[] => {
  if (!existsSync(folder)) {
    findings.push(problem(folder, '$', 'there is no such folder', 'Run `baton schema new` to make one.'));
    return [];
  }
  return readdirSync(folder, { withFileTypes: true })
    .filter((item) => item.isDirectory() && existsSync(join(folder, item.name, 'event.yaml')))
    .map((item) => item.name)
    .sort();
};

const loadEntry = (loading: Loading): readonly CatalogEntry[] => {
  const before = loading.findings.length;
  const file = loadEventFile(loading);
  if (file === undefined) return [];
  const versions = file.versions.flatMap((version) => loadVersion(loading, version, file.keyField));
  checkFolder(loading, file);
  if (loading.findings.length > before) return [];
  const { name, kind, owner, description, keyField, partitions, retention, groups } = file;
  return [
    {
      name,
      kind,
      owner,
      description,
      ...(keyField === undefined ? {} : { keyField }),
      partitions,
      retentionMs: retention,
      versions,
      groups,
      hasUpcasts: existsSync(join(loading.folder, name, 'upcast.ts')),
    },
  ];
};

const loadEventFile = ({ folder, name, findings }: Loading): EventFile | undefined => {
  const file = `${name}/event.yaml`;
  let document: unknown;
  try {
    document = parseYaml(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    findings.push(problem(file, '$', `it is not YAML: ${messageOf(error)}`, 'Mend the syntax.'));
    return undefined;
  }
  const parsed = eventFile.safeParse(document);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      findings.push(problem(file, pathText(issue.path), issue.message, 'See docs/reference/schemas.md.'));
    }
    return undefined;
  }
  if (parsed.data.name !== name) {
    findings.push(
      problem(file, '$.name', `it says "${parsed.data.name}" in the folder "${name}"`, 'Make both the same.'),
    );
  }
  return parsed.data;
};

const pathText = (path: readonly PropertyKey[]): string =>
  `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}`;

const loadVersion = (
  loading: Loading,
  version: number,
  keyField: string | undefined,
): readonly CatalogVersion[] => {
  const { name, findings } = loading;
  const path = `${name}/v${version}.avsc`;
  const json = readJson(loading, path);
  const examplePath = `${name}/examples/v${version}.json`;
  const example = readJson(loading, examplePath);
  if (json === undefined) return [];
  const parsed = parseSchema(json.value);
  if (parsed.kind === 'invalid') {
    for (const { path: at, reason } of parsed.problems)
      findings.push(problem(path, at, reason, 'Mend the schema.'));
    return [];
  }
  loading.schemas.push({ eventType: name, version, path, json: json.value });
  findings.push(...rootFindings(parsed.schema, path, keyField));
  if (example === undefined) return [];
  const read = readData(parsed.schema, example.value);
  if (read.kind === 'problems') {
    for (const { path: at, reason } of read.problems) {
      findings.push(problem(examplePath, at, reason, `Make the example fit v${version}.avsc.`));
    }
  }
  return [{ version, path, json: json.value, schema: parsed.schema, example: example.value }];
};

const rootFindings = (schema: AvroSchema, path: string, keyField: string | undefined): readonly Finding[] => {
  if (schema.kind !== 'record') {
    return [problem(path, '$', 'the data of an event is a record', 'Wrap what you have in a record.')];
  }
  if (keyField === undefined) return [];
  const field = schema.fields.find(({ name }) => name === keyField);
  if (field === undefined) {
    const reason = `the key field "${keyField}" of event.yaml is missing`;
    return [problem(path, '$.fields', reason, 'Add it, or correct event.yaml.')];
  }
  if (field.pii === true) {
    const reason = `the key field "${keyField}" is personal, and keys are shown in logs and listings`;
    return [problem(path, `${field.path}.pii`, reason, 'Take another field as key, such as an id.')];
  }
  if (valueKindOf(field.type) === 'string') return [];
  const reason = `the key field "${keyField}" is ${describeSchema(field.type)}, and a key is text`;
  return [
    problem(path, `${field.path}.type`, reason, 'Make it a string, or take keyField out of event.yaml.'),
  ];
};

const readJson = ({ folder, findings }: Loading, path: string): { value: unknown } | undefined => {
  const full = join(folder, path);
  if (!existsSync(full)) {
    findings.push(
      problem(path, '$', 'the file is missing', 'Add it, or take the version out of event.yaml.'),
    );
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(readFileSync(full, 'utf8'));
    return { value };
  } catch (error) {
    findings.push(problem(path, '$', `it is not JSON: ${messageOf(error)}`, 'Mend the syntax.'));
    return undefined;
  }
};

/** What the folder holds beyond the files that are read: forgotten versions, missing translations. */
const checkFolder = ({ folder, name, findings }: Loading, { versions }: EventFile): void => {
  for (const file of readdirSync(join(folder, name)).sort()) {
    const match = /^v(\d+)\.avsc$/.exec(file);
    if (match !== null && !versions.includes(Number(match[1]))) {
      findings.push(
        problem(
          `${name}/event.yaml`,
          '$.versions',
          `${file} is there, but version ${match[1]} is not listed`,
          'List it, or delete the file if the version is retired.',
        ),
      );
    }
  }
  if (versions.length > 1 && !existsSync(join(folder, name, 'downcast.ts'))) {
    findings.push(
      problem(
        `${name}/downcast.ts`,
        '$',
        'the file is missing, and older live versions are made with it',
        'Export `downcasts` from it; its type is in generated.ts.',
      ),
    );
  }
};

const problem = (file: string, jsonPath: string, reason: string, whatToDo: string): Finding => ({
  severity: 'error',
  file,
  jsonPath,
  reason,
  whatToDo,
});
