import { BatonError } from '@baton/core';
import { isAmbiguousUnion } from './avro-type';
import { shown } from './describe-data';
import { schemaFromJson } from './parse-schema';
import { hidden, namedPath } from './pii';
import {
  type AvroSchema,
  branchName,
  describeSchema,
  type FieldSchema,
  type PrimitiveName,
  type RecordSchema,
  type UnionSchema,
  valueKindOf,
} from './schema-model';

/** A value that does not fit, at a path of the document. */
export interface DataProblem {
  readonly path: string;
  readonly reason: string;
}

/** Data, or everything that is wrong with the document. */
export type ReadData =
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'problems'; readonly problems: readonly DataProblem[] };

/**
 * Data from a plain JSON document: instants as ISO 8601 text, bytes in base64, everything else as in the data itself.
 * A field that is left out gets its default. Throws `invalid-data` listing every path that does not fit.
 */
export const dataFromJson = (schema: unknown, json: unknown): unknown => {
  const read = readData(parsedOnce(schema), json);
  if (read.kind === 'data') return read.data;
  const list = read.problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new BatonError('invalid-data', `The document does not fit the schema. ${list}.`, {
    details: { problems: read.problems },
  });
};

/** The plain JSON document of data: what `dataFromJson` reads. */
export const dataToJson = (schema: unknown, data: unknown): unknown =>
  toJson(parsedOnce(schema), data, 'shown');

/** The same document for people who need not know whom it is about: fields marked `pii` are hidden. */
export const dataToRedactedJson = (schema: unknown, data: unknown): unknown =>
  toJson(parsedOnce(schema), data, 'hidden');

/** `dataFromJson` for a parsed schema, with the problems as data. */
export const readData = (schema: AvroSchema, json: unknown): ReadData => {
  const problems: DataProblem[] = [];
  const data = read({ schema, json, path: '$' }, (path, reason) => problems.push({ path, reason }));
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'data', data };
};

/** A schema is not changed once it is made, and parsing it takes far longer than reading a document. */
const parsedOnce = (schema: unknown): AvroSchema => {
  if (typeof schema !== 'object' || schema === null) return schemaFromJson(schema);
  const known = parsedSchemas.get(schema);
  if (known !== undefined) return known;
  const parsed = schemaFromJson(schema);
  parsedSchemas.set(schema, parsed);
  return parsed;
};

const parsedSchemas = new WeakMap<object, AvroSchema>();

type Report = (path: string, reason: string) => void;

interface Spot<Schema extends AvroSchema = AvroSchema> {
  readonly schema: Schema;
  readonly json: unknown;
  readonly path: string;
  /** The value, or one that it lies in, is marked `pii`. */
  readonly pii?: true | undefined;
}

const read = ({ schema, json, path, pii }: Spot, report: Report): unknown => {
  const misfit = () =>
    report(path, `expected ${describeSchema(schema)}, got ${pii === true ? hidden : shown(json)}`);
  switch (schema.kind) {
    case 'record':
      return isObject(json) ? readRecord({ schema, json, path, pii }, json, report) : misfit();
    case 'array':
      if (!Array.isArray(json)) return misfit();
      return json.map((item: unknown, index) =>
        read({ schema: schema.items, json: item, path: `${path}[${index}]`, pii }, report),
      );
    case 'map':
      if (!isObject(json)) return misfit();
      return Object.fromEntries(
        Object.entries(json).map(([key, value]) => [
          key,
          read({ schema: schema.values, json: value, path: namedPath(path, key, pii), pii }, report),
        ]),
      );
    case 'union':
      return readUnion({ schema, json, path, pii }, report);
    case 'enum':
      return typeof json === 'string' && schema.symbols.includes(json) ? json : misfit();
    case 'fixed':
    case 'primitive': {
      const value = readLeaf(schema, json);
      return value === undefined ? misfit() : value;
    }
  }
};

const readRecord = ({ schema, path, pii }: Spot<RecordSchema>, json: object, report: Report): unknown => {
  const known = new Set(schema.fields.map(({ name }) => name));
  for (const key of Object.keys(json)) {
    if (!known.has(key)) report(namedPath(path, key, pii), `${schema.name} has no such field`);
  }
  return Object.fromEntries(
    schema.fields.map((field) => [
      field.name,
      readField(field, { json, path: `${path}.${field.name}`, pii: field.pii ?? pii }, report),
    ]),
  );
};

const readField = (
  { name, type, default: preset }: FieldSchema,
  { json, path, pii }: { json: object; path: string; pii: true | undefined },
  report: Report,
): unknown => {
  if (Object.hasOwn(json, name))
    return read({ schema: type, json: Reflect.get(json, name), path, pii }, report);
  if (preset !== undefined) return defaultData(type, preset.json, path, report);
  report(path, `expected ${describeSchema(type)}, but the field is missing`);
  return undefined;
};

/** A default is written in Avro's own JSON: bytes as latin-1 text, logical types raw, a union's first branch bare. */
const defaultData = (schema: AvroSchema, json: unknown, path: string, report: Report): unknown => {
  const misfit = () => report(path, `the default ${shown(json)} is not ${describeSchema(schema)}`);
  switch (schema.kind) {
    case 'union': {
      const [first] = schema.branches;
      if (first === undefined) return misfit();
      const value = defaultData(first, json, path, report);
      return isWrapped(schema) && value !== null ? { [branchName(first)]: value } : value;
    }
    case 'array':
      if (!Array.isArray(json)) return misfit();
      return json.map((item: unknown) => defaultData(schema.items, item, path, report));
    case 'map':
    case 'record':
      if (!isObject(json)) return misfit();
      return schema.kind === 'map'
        ? mapEntries(json, (value) => defaultData(schema.values, value, path, report))
        : defaultRecord(schema, json, path, report);
    case 'enum':
      return json;
    case 'fixed':
    case 'primitive': {
      const bytes = schema.kind === 'fixed' || schema.name === 'bytes';
      const raw = bytes ? Buffer.from(String(json), 'latin1') : json;
      return schema.logical === undefined ? raw : schema.logical.fromRaw(raw);
    }
  }
};

const defaultRecord = (schema: RecordSchema, json: object, path: string, report: Report): unknown =>
  Object.fromEntries(
    schema.fields.map((field) => [
      field.name,
      defaultData(
        field.type,
        Object.hasOwn(json, field.name) ? Reflect.get(json, field.name) : field.default?.json,
        `${path}.${field.name}`,
        report,
      ),
    ]),
  );

const mapEntries = (json: object, change: (value: unknown) => unknown): unknown =>
  Object.fromEntries(Object.entries(json).map(([key, value]) => [key, change(value)]));

const readUnion = ({ schema, json, path, pii }: Spot<UnionSchema>, report: Report): unknown => {
  const branch = isJsonWrapped(schema) ? wrappedBranch(schema, json) : bareBranch(schema, json);
  if (branch === undefined) {
    return report(path, `expected ${unionForms(schema)}, got ${pii === true ? hidden : shown(json)}`);
  }
  const value = read({ schema: branch.schema, json: branch.json, path: path + branch.step, pii }, report);
  return isWrapped(schema) && value !== null ? { [branchName(branch.schema)]: value } : value;
};

interface Branch {
  readonly schema: AvroSchema;
  readonly json: unknown;
  readonly step: string;
}

const wrappedBranch = ({ branches }: UnionSchema, json: unknown): Branch | undefined => {
  const nothing = branches.find((branch) => valueKindOf(branch) === 'null');
  if (json === null) return nothing === undefined ? undefined : { schema: nothing, json, step: '' };
  if (!isObject(json) || Object.keys(json).length !== 1) return undefined;
  const [key, value] = Object.entries(json)[0] ?? [];
  const schema = branches.find((branch) => branchName(branch) === key);
  return schema === undefined ? undefined : { schema, json: value, step: `.${key}` };
};

const bareBranch = ({ branches }: UnionSchema, json: unknown): Branch | undefined => {
  const kind = json === null ? 'null' : Array.isArray(json) ? 'array' : typeof json;
  const schema = branches.find((branch) => jsonKindOf(branch) === kind);
  return schema === undefined ? undefined : { schema, json, step: '' };
};

const unionForms = (schema: UnionSchema): string => {
  const names = schema.branches.map((branch) =>
    isJsonWrapped(schema) && valueKindOf(branch) !== 'null'
      ? `{ "${branchName(branch)}": ... }`
      : describeSchema(branch),
  );
  return names.join(' or ');
};

const isWrapped = ({ branches }: UnionSchema): boolean => isAmbiguousUnion(branches.map(valueKindOf));

/** In JSON more looks alike than in the data: bytes and instants are text there. */
const isJsonWrapped = (schema: UnionSchema): boolean =>
  isWrapped(schema) || isAmbiguousUnion(schema.branches.map(jsonKindOf));

const jsonKindOf = (schema: AvroSchema): string => {
  if ('logical' in schema && schema.logical?.typeScript === 'Date') return 'string';
  const kind = valueKindOf(schema);
  return kind === 'buffer' ? 'string' : kind;
};

type Leaf = Extract<AvroSchema, { kind: 'fixed' | 'primitive' }>;

const readLeaf = (schema: Leaf, json: unknown): unknown => {
  if (schema.logical !== undefined) {
    const value = schema.logical.typeScript === 'Date' ? instantFromJson(json) : json;
    return schema.logical.toRaw(value) === undefined ? undefined : value;
  }
  if (schema.kind === 'fixed') {
    const bytes = bytesFromJson(json);
    return bytes?.length === schema.size ? bytes : undefined;
  }
  return primitiveReaders[schema.name](json);
};

const instantFromJson = (json: unknown): Date | undefined =>
  typeof json === 'string' &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(json)
    ? new Date(json)
    : undefined;

const bytesFromJson = (json: unknown): Buffer | undefined => {
  if (typeof json !== 'string') return undefined;
  const bytes = Buffer.from(json, 'base64');
  return bytes.toString('base64') === json ? bytes : undefined;
};

const number = (json: unknown): unknown => (typeof json === 'number' ? json : undefined);

const primitiveReaders: Readonly<Record<PrimitiveName, (json: unknown) => unknown>> = {
  null: (json) => (json === null ? null : undefined),
  boolean: (json) => (typeof json === 'boolean' ? json : undefined),
  int: (json) => (typeof json === 'number' && (json | 0) === json ? json : undefined),
  long: (json) => (Number.isSafeInteger(json) ? json : undefined),
  float: number,
  double: number,
  bytes: bytesFromJson,
  string: (json) => (typeof json === 'string' ? json : undefined),
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Personal = 'shown' | 'hidden';

const toJson = (schema: AvroSchema, data: unknown, personal: Personal): unknown => {
  switch (schema.kind) {
    case 'record':
      return Object.fromEntries(
        schema.fields.map((field) => [
          field.name,
          field.pii === true && personal === 'hidden'
            ? hidden
            : toJson(field.type, isObject(data) ? Reflect.get(data, field.name) : data, personal),
        ]),
      );
    case 'array':
      return Array.isArray(data) ? data.map((item: unknown) => toJson(schema.items, item, personal)) : data;
    case 'map':
      return isObject(data) ? mapEntries(data, (value) => toJson(schema.values, value, personal)) : data;
    case 'union':
      return unionToJson(schema, data, personal);
    case 'enum':
    case 'fixed':
    case 'primitive':
      if (data instanceof Date) return data.toISOString();
      return Buffer.isBuffer(data) ? data.toString('base64') : data;
  }
};

const unionToJson = (schema: UnionSchema, data: unknown, personal: Personal): unknown => {
  if (data === null) return null;
  const branch = isWrapped(schema) ? wrappedBranch(schema, data) : dataBranch(schema, data);
  if (branch === undefined) return data;
  const json = toJson(branch.schema, branch.json, personal);
  return isJsonWrapped(schema) ? { [branchName(branch.schema)]: json } : json;
};

const dataBranch = ({ branches }: UnionSchema, data: unknown): Branch | undefined => {
  const kind = Buffer.isBuffer(data) ? 'buffer' : Array.isArray(data) ? 'array' : typeof data;
  const schema = branches.find((branch) => valueKindOf(branch) === kind);
  return schema === undefined ? undefined : { schema, json: data, step: '' };
};
