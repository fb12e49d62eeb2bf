import { BatonError } from '@baton/core';
import type { CatalogEntry } from '../catalog/entry';
import { type AvroSchema, describeSchema, type RecordSchema } from '../schema-model';

/** One difference between two versions; paths read like `books[].isbn`. */
export type FieldChange =
  | { readonly kind: 'added'; readonly path: string; readonly to: string }
  | { readonly kind: 'removed'; readonly path: string; readonly from: string }
  | { readonly kind: 'changed'; readonly path: string; readonly from: string; readonly to: string };

/** What a subscriber of the older version does without while both are published. */
export interface Loss {
  readonly path: string;
  readonly because: 'made-up-by-downcast' | 'not-in-older-version' | 'translated-by-downcast';
  readonly explanation: string;
}

/** Two versions of an event type, field by field. */
export interface VersionDiff {
  readonly eventType: string;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly FieldChange[];
  readonly losses: readonly Loss[];
}

/** Compares two live versions of an event type. */
export const diffVersions = (entry: CatalogEntry, from: number, to: number): VersionDiff => {
  const changes = compareTypes(schemaOf(entry, from), schemaOf(entry, to), { path: '', seen: new Set() });
  const [older, newer] = from < to ? [from, to] : [to, from];
  return {
    eventType: entry.name,
    from,
    to,
    changes,
    losses: changes.map((change) => lossOf(from < to ? change : reversed(change), { older, newer })),
  };
};

const schemaOf = (entry: CatalogEntry, version: number): AvroSchema => {
  const found = entry.versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found.schema;
  const live = entry.versions.map((candidate) => candidate.version).join(', ');
  throw new BatonError(
    'invalid-argument',
    `${entry.name}: expected one of its versions ${live}, got ${version}.`,
  );
};

interface Place {
  readonly path: string;
  readonly seen: Set<string>;
}

const compareTypes = (from: AvroSchema, to: AvroSchema, place: Place): readonly FieldChange[] => {
  if (from.kind === 'record' && to.kind === 'record') return compareRecords(from, to, place);
  if (from.kind === 'array' && to.kind === 'array') {
    return compareTypes(from.items, to.items, { ...place, path: `${place.path}[]` });
  }
  if (from.kind === 'map' && to.kind === 'map') {
    return compareTypes(from.values, to.values, { ...place, path: `${place.path}{}` });
  }
  const [before, after] = [inFull(from), inFull(to)];
  if (before !== after) return [{ kind: 'changed', path: place.path, from: before, to: after }];
  if (from.kind !== 'union' || to.kind !== 'union') return [];
  return from.branches.flatMap((branch, index) => compareTypes(branch, to.branches[index] ?? branch, place));
};

const compareRecords = (
  from: RecordSchema,
  to: RecordSchema,
  { path, seen }: Place,
): readonly FieldChange[] => {
  const key = `${from.path} ${to.path}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const pathOf = (name: string) => (path === '' ? name : `${path}.${name}`);
  const kept = from.fields.flatMap((field): readonly FieldChange[] => {
    const other = to.fields.find(({ name }) => name === field.name);
    if (other === undefined) return [{ kind: 'removed', path: pathOf(field.name), from: inFull(field.type) }];
    return compareTypes(field.type, other.type, { path: pathOf(field.name), seen });
  });
  const added = to.fields
    .filter(({ name }) => from.fields.every((field) => field.name !== name))
    .map((field): FieldChange => ({ kind: 'added', path: pathOf(field.name), to: inFull(field.type) }));
  return [...kept, ...added];
};

/** Like `describeSchema`, with the parts that decide what a value can be. */
const inFull = (schema: AvroSchema): string => {
  if (schema.kind === 'enum') return `enum ${schema.name} (${schema.symbols.join(', ')})`;
  if (schema.kind === 'fixed') return `${describeSchema(schema)} of ${schema.size} bytes`;
  if (schema.kind === 'union') return schema.branches.map(inFull).join(' or ');
  return describeSchema(schema);
};

const reversed = (change: FieldChange): FieldChange => {
  switch (change.kind) {
    case 'added':
      return { kind: 'removed', path: change.path, from: change.to };
    case 'removed':
      return { kind: 'added', path: change.path, to: change.from };
    case 'changed':
      return { ...change, from: change.to, to: change.from };
  }
};

const lossOf = (change: FieldChange, { older, newer }: { older: number; newer: number }): Loss => {
  const { path } = change;
  switch (change.kind) {
    case 'removed':
      return {
        path,
        because: 'made-up-by-downcast',
        explanation: `v${newer} does not have it, so subscribers of v${older} get what the downcast puts there`,
      };
    case 'added':
      return {
        path,
        because: 'not-in-older-version',
        explanation: `subscribers of v${older} do not see it`,
      };
    case 'changed':
      return {
        path,
        because: 'translated-by-downcast',
        explanation: `subscribers of v${older} get ${change.from}, which the downcast makes from ${change.to}`,
      };
  }
};
