import type { LogicalForm, ValueKind } from './logical-types';

export const primitiveNames = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] as const;

export type PrimitiveName = (typeof primitiveNames)[number];

export interface PrimitiveSchema {
  readonly kind: 'primitive';
  readonly name: PrimitiveName;
  readonly logical?: LogicalForm;
}

/** Where a named type is defined, and how it may also be called. Names are full: with their namespace. */
interface NamedSchema {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc?: string;
  /** The JSON path of the definition. */
  readonly path: string;
}

export interface FixedSchema extends NamedSchema {
  readonly kind: 'fixed';
  readonly size: number;
  readonly logical?: LogicalForm;
}

export interface EnumSchema extends NamedSchema {
  readonly kind: 'enum';
  readonly symbols: readonly string[];
  readonly default?: string;
}

export interface FieldSchema {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc?: string;
  readonly type: AvroSchema;
  /** The default as JSON, boxed: `null` is a default too. */
  readonly default?: { readonly json: unknown };
  /** Personal data: it is shown in no log, listing or error. */
  readonly pii?: true;
  readonly path: string;
}

export interface RecordSchema extends NamedSchema {
  readonly kind: 'record';
  /** In a recursive schema a record contains itself: follow names, not only fields. */
  readonly fields: readonly FieldSchema[];
}

export interface ArraySchema {
  readonly kind: 'array';
  readonly items: AvroSchema;
}

export interface MapSchema {
  readonly kind: 'map';
  readonly values: AvroSchema;
}

export interface UnionSchema {
  readonly kind: 'union';
  readonly branches: readonly AvroSchema[];
}

/** A parsed schema: references resolved, logical types recognised. */
export type AvroSchema =
  | PrimitiveSchema
  | FixedSchema
  | EnumSchema
  | RecordSchema
  | ArraySchema
  | MapSchema
  | UnionSchema;

/** What the branch is called where a union is wrapped. */
export const branchName = (schema: AvroSchema): string => ('name' in schema ? schema.name : schema.kind);

/** The kind of JavaScript value; `union` for a union, whose branches have their own. */
export const valueKindOf = (schema: AvroSchema): ValueKind | 'union' => {
  if ('logical' in schema && schema.logical !== undefined) return schema.logical.valueKind;
  switch (schema.kind) {
    case 'primitive':
      return primitiveKinds[schema.name];
    case 'fixed':
      return 'buffer';
    case 'enum':
      return 'string';
    case 'record':
    case 'map':
      return 'object';
    case 'array':
      return 'array';
    case 'union':
      return 'union';
  }
};

const primitiveKinds: Readonly<Record<PrimitiveName, ValueKind>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'buffer',
  string: 'string',
};

/** A schema in the words of an error message: `array of lending.Book`, `long (timestamp-millis)`. */
export const describeSchema = (schema: AvroSchema): string => {
  switch (schema.kind) {
    case 'primitive':
    case 'fixed': {
      const name = schema.kind === 'fixed' ? `fixed ${schema.name}` : schema.name;
      return schema.logical === undefined ? name : `${name} (${schema.logical.key})`;
    }
    case 'enum':
    case 'record':
      return `${schema.kind} ${schema.name}`;
    case 'array':
      return `array of ${describeSchema(schema.items)}`;
    case 'map':
      return `map of ${describeSchema(schema.values)}`;
    case 'union':
      return `union of ${schema.branches.map(describeSchema).join(', ')}`;
  }
};
