import { BatonError } from '@baton/core';
import { avroTypeOf, messageOf } from './avro-type';
import { logicalFormOf } from './logical-types';
import {
  type AvroSchema,
  branchName,
  type FieldSchema,
  type PrimitiveName,
  primitiveNames,
  type RecordSchema,
} from './schema-model';

/** Something wrong in a document, at a JSON path. */
export interface SchemaProblem {
  readonly path: string;
  readonly reason: string;
}

export type ParsedSchema =
  | { readonly kind: 'valid'; readonly schema: AvroSchema }
  | { readonly kind: 'invalid'; readonly problems: readonly SchemaProblem[] };

/** Parses an Avro schema given as JSON, with all its problems at once. */
export const parseSchema = (json: unknown): ParsedSchema => {
  const problems: SchemaProblem[] = [];
  const report: Report = (path, reason) => problems.push({ path, reason });
  const schema = parse({ report, named: new Map() }, json, { path: '$', namespace: undefined });
  if (problems.length === 0) {
    // What the walk above does not know about, such as a default that does not fit its field, avsc does.
    try {
      avroTypeOf(json);
    } catch (error) {
      problems.push({ path: '$', reason: messageOf(error) });
    }
  }
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'valid', schema };
};

/** The parsed schema; throws `schema-invalid` listing all problems. */
export const schemaFromJson = (json: unknown): AvroSchema => {
  const parsed = parseSchema(json);
  if (parsed.kind === 'valid') return parsed.schema;
  const list = parsed.problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new BatonError('schema-invalid', `Expected an Avro schema, got one with problems. ${list}`, {
    details: { problems: parsed.problems },
  });
};

type Report = (path: string, reason: string) => void;
type Json = Readonly<Record<string, unknown>>;
/** One walk over a schema: where problems go, and the types named so far. */
interface Walk {
  readonly report: Report;
  readonly named: Map<string, AvroSchema>;
}

/** A node of the walk: where it is and which namespace holds there. */
interface Place {
  readonly path: string;
  readonly namespace: string | undefined;
}

const nothing: AvroSchema = { kind: 'primitive', name: 'null' };
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
const fullNamePattern = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

const parse = (walk: Walk, json: unknown, place: Place): AvroSchema => {
  if (typeof json === 'string') return reference(walk, json, place);
  if (Array.isArray(json)) return union(walk, json, place);
  if (isObject(json)) return definition(walk, json, place);
  walk.report(
    place.path,
    `expected a type (a name, an object or an array), got ${JSON.stringify(json) ?? 'nothing'}`,
  );
  return nothing;
};

const reference = (walk: Walk, name: string, { path, namespace }: Place): AvroSchema => {
  if (isPrimitiveName(name)) return { kind: 'primitive', name };
  const found = walk.named.get(qualify(name, namespace));
  if (found === undefined)
    walk.report(path, `no type named "${qualify(name, namespace)}" is defined before this`);
  return found ?? nothing;
};

const union = (walk: Walk, branches: readonly unknown[], { path, namespace }: Place): AvroSchema => {
  if (branches.length === 0) walk.report(path, 'a union needs at least one branch');
  const parsed = branches.map((branch, index) =>
    parse(walk, branch, { path: `${path}[${index}]`, namespace }),
  );
  const seen = new Set<string>();
  for (const [index, branch] of parsed.entries()) {
    if (branch.kind === 'union') walk.report(`${path}[${index}]`, 'a union cannot stand directly in a union');
    else if (seen.has(branchName(branch)))
      walk.report(`${path}[${index}]`, `"${branchName(branch)}" is in the union twice`);
    seen.add(branchName(branch));
  }
  return { kind: 'union', branches: parsed };
};

const definition = (walk: Walk, json: Json, place: Place): AvroSchema => {
  const { type } = json;
  if (type === 'array') return { kind: 'array', items: parse(walk, json.items, inside(place, 'items')) };
  if (type === 'map') return { kind: 'map', values: parse(walk, json.values, inside(place, 'values')) };
  if (type === 'record' || type === 'error') return record(walk, json, place);
  if (type === 'enum') return enumeration(walk, json, place);
  if (type === 'fixed') return fixed(walk, json, place);
  if (typeof type === 'string' && isPrimitiveName(type)) {
    const logical = logicalFormOf(json);
    return { kind: 'primitive', name: type, ...(logical === undefined ? {} : { logical }) };
  }
  walk.report(
    `${place.path}.type`,
    `unknown type ${JSON.stringify(type) ?? '(missing)'}; refer to a named type by its name alone`,
  );
  return nothing;
};

const inside = ({ path, namespace }: Place, key: string): Place => ({ path: `${path}.${key}`, namespace });

const naming = (walk: Walk, json: Json, { path, namespace }: Place) => {
  const own = typeof json.namespace === 'string' ? json.namespace : namespace;
  const given = typeof json.name === 'string' ? json.name : '';
  if (!fullNamePattern.test(given))
    walk.report(`${path}.name`, `expected a name, got ${JSON.stringify(json.name) ?? 'nothing'}`);
  const name = qualify(given, own);
  if (walk.named.has(name)) walk.report(`${path}.name`, `"${name}" is defined twice`);
  const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : undefined;
  const aliases = strings(json.aliases).map((alias) => qualify(alias, inner));
  return { name, aliases, path, ...docOf(json), inner };
};

const record = (walk: Walk, json: Json, place: Place): AvroSchema => {
  const { inner, ...names } = naming(walk, json, place);
  const fields: FieldSchema[] = [];
  const schema: RecordSchema = { kind: 'record', ...names, fields };
  walk.named.set(names.name, schema);
  if (!Array.isArray(json.fields)) walk.report(`${place.path}.fields`, 'expected the list of fields');
  const list: readonly unknown[] = Array.isArray(json.fields) ? json.fields : [];
  for (const [index, field] of list.entries()) {
    const path = `${place.path}.fields[${index}]`;
    if (!isObject(field)) walk.report(path, 'expected a field: { name, type }');
    else fields.push(fieldOf(walk, field, { path, namespace: inner }, fields));
  }
  return schema;
};

const fieldOf = (
  walk: Walk,
  json: Json,
  { path, namespace }: Place,
  before: readonly FieldSchema[],
): FieldSchema => {
  const name = typeof json.name === 'string' ? json.name : '';
  if (!namePattern.test(name))
    walk.report(`${path}.name`, `expected a name, got ${JSON.stringify(json.name) ?? 'nothing'}`);
  if (name === '__proto__') walk.report(`${path}.name`, 'this name cannot be a field in JavaScript');
  if (before.some((field) => field.name === name))
    walk.report(`${path}.name`, `the field "${name}" is there twice`);
  const type = parse(walk, json.type, { path: `${path}.type`, namespace });
  const preset = json.default === undefined ? {} : { default: { json: json.default } };
  if (json.pii !== undefined && typeof json.pii !== 'boolean')
    walk.report(`${path}.pii`, `expected true or false, got ${JSON.stringify(json.pii)}`);
  const personal = json.pii === true ? ({ pii: true } as const) : {};
  return { name, aliases: strings(json.aliases), type, path, ...docOf(json), ...preset, ...personal };
};

const enumeration = (walk: Walk, json: Json, place: Place): AvroSchema => {
  const { inner: _inner, ...names } = naming(walk, json, place);
  const symbols = strings(json.symbols);
  if (symbols.length === 0) walk.report(`${place.path}.symbols`, 'expected at least one symbol');
  for (const [index, symbol] of symbols.entries()) {
    const path = `${place.path}.symbols[${index}]`;
    if (!namePattern.test(symbol)) walk.report(path, `expected a name, got "${symbol}"`);
    if (symbols.indexOf(symbol) < index) walk.report(path, `"${symbol}" is there twice`);
  }
  const preset = typeof json.default === 'string' ? { default: json.default } : {};
  if (json.default !== undefined && !symbols.includes(String(json.default))) {
    walk.report(`${place.path}.default`, `expected one of the symbols, got ${JSON.stringify(json.default)}`);
  }
  const schema: AvroSchema = { kind: 'enum', ...names, symbols, ...preset };
  walk.named.set(names.name, schema);
  return schema;
};

const fixed = (walk: Walk, json: Json, place: Place): AvroSchema => {
  const { inner: _inner, ...names } = naming(walk, json, place);
  const size = typeof json.size === 'number' && Number.isInteger(json.size) && json.size >= 0 ? json.size : 0;
  if (json.size !== size)
    walk.report(
      `${place.path}.size`,
      `expected a number of bytes, got ${JSON.stringify(json.size) ?? 'nothing'}`,
    );
  const logical = logicalFormOf(json);
  const schema: AvroSchema = {
    kind: 'fixed',
    ...names,
    size,
    ...(logical === undefined ? {} : { logical }),
  };
  walk.named.set(names.name, schema);
  return schema;
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPrimitiveName = (name: string): name is PrimitiveName =>
  (primitiveNames as readonly string[]).includes(name);

const qualify = (name: string, namespace: string | undefined): string =>
  name.includes('.') || namespace === undefined || namespace === '' ? name : `${namespace}.${name}`;

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

const docOf = (json: Json): { readonly doc?: string } =>
  typeof json.doc === 'string' ? { doc: json.doc } : {};
