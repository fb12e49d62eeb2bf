import { BatonError } from '@baton/core';
import { type Schema, Type } from 'avsc';
import { avroLogicalTypes, BatonLogicalType, type ValueKind } from './logical-types';
import { BoundedArrayType, BoundedMapType, exactLong, StrictEnumType } from './safe-types';

/**
 * The avsc type of a schema, with our logical types and our one rule for unions: a value stands as it is where the
 * kinds of all branches differ, and is wrapped as `{ branch: value }` otherwise. Throws `schema-invalid`.
 */
export const avroTypeOf = (schema: unknown): Type => {
  try {
    return Type.forSchema(schema as Schema, {
      logicalTypes: avroLogicalTypes,
      omitRecordMethods: true,
      typeHook: ownType,
    });
  } catch (cause) {
    throw new BatonError(
      'schema-invalid',
      `Expected an Avro schema, got one that avsc refuses: ${messageOf(cause)}.`,
      {
        cause,
      },
    );
  }
};

/** The text of whatever was thrown. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Whether values of these kinds cannot be told apart, so that a union of them is wrapped. */
export const isAmbiguousUnion = (kinds: readonly string[]): boolean => new Set(kinds).size < kinds.length;

/** Where ours differ from avsc's own types. */
const ownType = (schema: Schema, options: object): Type | undefined => {
  if (Array.isArray(schema)) return unionType(schema, options);
  const name = typeof schema === 'object' && 'type' in schema ? schema.type : schema;
  if (name === 'long' && !hasLogicalType(schema)) return exactLong;
  if (name === 'array') return new BoundedArrayType(schema, options);
  if (name === 'enum') return new StrictEnumType(schema, options);
  if (name === 'map') return new BoundedMapType(schema, options);
  return undefined;
};

const hasLogicalType = (schema: Schema): boolean => typeof schema === 'object' && 'logicalType' in schema;

const unionType = (schema: readonly Schema[], options: object): Type => {
  const branches = schema.map((branch) => Type.forSchema(branch, options));
  const wrapUnions = isAmbiguousUnion(branches.map(valueKindOf)) ? 'always' : 'never';
  const union: unknown = branches;
  return Type.forSchema(union as Schema, { wrapUnions });
};

const valueKindOf = (type: Type): ValueKind | 'union' => {
  if (type instanceof BatonLogicalType) return type.form.valueKind;
  return kindsByTypeName[type.typeName] ?? 'union';
};

const kindsByTypeName: Readonly<Record<string, ValueKind>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  string: 'string',
  enum: 'string',
  bytes: 'buffer',
  fixed: 'buffer',
  array: 'array',
  map: 'object',
  record: 'object',
  error: 'object',
};
