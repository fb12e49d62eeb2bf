import { isAmbiguousUnion } from '../avro-type';
import {
  type AvroSchema,
  branchName,
  type EnumSchema,
  type FieldSchema,
  type FixedSchema,
  type RecordSchema,
  type UnionSchema,
  valueKindOf,
} from '../schema-model';
import { lineWidth, quoted } from './literal';

type NamedType = RecordSchema | EnumSchema;

/** The TypeScript declarations of a schema; the type of the whole schema is called `rootName`. */
export const typeDeclarations = (schema: AvroSchema, rootName: string): readonly string[] => {
  const names = nameTypes(schema, rootName);
  const declarations = [...names].map(([type, name]) =>
    type.kind === 'record' ? recordDeclaration(type, name, names) : enumDeclaration(type, name),
  );
  if (names.get(schema as NamedType) === rootName) return declarations;
  return [...declarations, aliasDeclaration(rootName, membersOf(schema, names))];
};

type Names = ReadonlyMap<NamedType, string>;

/** Every record and enum, in the order of their definition, with a name of its own. */
const nameTypes = (root: AvroSchema, rootName: string): Names => {
  const names = new Map<NamedType, string>();
  const taken = new Set<string>([rootName]);
  const visit = (schema: AvroSchema): void => {
    if (schema.kind === 'array') visit(schema.items);
    if (schema.kind === 'map') visit(schema.values);
    if (schema.kind === 'union') schema.branches.forEach(visit);
    if ((schema.kind !== 'record' && schema.kind !== 'enum') || names.has(schema)) return;
    names.set(schema, schema === root ? rootName : freeName(schema.name, rootName, taken));
    if (schema.kind === 'record') for (const field of schema.fields) visit(field.type);
  };
  visit(root);
  return names;
};

const freeName = (fullName: string, rootName: string, taken: Set<string>): string => {
  const parts = fullName.split('.').map((part) => part.charAt(0).toUpperCase() + part.slice(1));
  const candidates = [parts.at(-1) ?? '', parts.join('')].map((name) => rootName + name);
  let name = candidates.find((candidate) => !taken.has(candidate)) ?? `${rootName}${parts.join('')}_`;
  while (taken.has(name)) name += '_';
  taken.add(name);
  return name;
};

const recordDeclaration = (schema: RecordSchema, name: string, names: Names): string => {
  const head = comment([schema.doc], 0);
  if (schema.fields.length === 0) return `${head}export type ${name} = Record<string, never>;`;
  const fields = schema.fields.map((field) => fieldDeclaration(field, names));
  return `${head}export interface ${name} {\n${fields.join('\n')}\n}`;
};

const fieldDeclaration = (field: FieldSchema, names: Names): string => {
  const members = membersOf(field.type, names);
  return `${comment(remarksOf(field), 2)}${typed(`  readonly ${field.name}:`, members, 2)}`;
};

const remarksOf = ({ doc, type, default: preset }: FieldSchema): readonly (string | undefined)[] => {
  const describes = logicalsIn(type);
  return [
    doc,
    describes.length > 0 ? `Holds ${describes.join(' or ')}.` : undefined,
    preset === undefined ? undefined : `Default: \`${JSON.stringify(preset.json)}\`.`,
  ];
};

/** What to say about the logical types of a field that a plain `string` or `number` does not. */
const logicalsIn = (schema: AvroSchema): readonly string[] => {
  if (schema.kind === 'array') return logicalsIn(schema.items);
  if (schema.kind === 'map') return logicalsIn(schema.values);
  if (schema.kind === 'union') return [...new Set(schema.branches.flatMap(logicalsIn))];
  return 'logical' in schema && schema.logical !== undefined ? [schema.logical.describes] : [];
};

const enumDeclaration = (schema: EnumSchema, name: string): string => {
  const preset = schema.default === undefined ? undefined : `Default: \`${schema.default}\`.`;
  return `${comment([schema.doc, preset], 0)}${aliasDeclaration(name, schema.symbols.map(quoted))}`;
};

const aliasDeclaration = (name: string, members: readonly string[]): string =>
  typed(`export type ${name} =`, members, 0);

/** `start A | B;` on one line, or the members of the union one below the other. */
const typed = (start: string, members: readonly string[], indent: number): string => {
  const line = `${start} ${members.join(' | ')};`;
  if (line.length <= lineWidth) return line;
  const pad = ' '.repeat(indent + 2);
  const lines = members.map((member) => `${pad}| ${member}`);
  if (members.length > 1 && lines.every(({ length }) => length < lineWidth))
    return `${start}\n${lines.join('\n')};`;
  return `${' '.repeat(indent)}// biome-ignore format: one name is wider than a line\n${line}`;
};

/** The members of the TypeScript union that a schema is; one, for most. */
const membersOf = (schema: AvroSchema, names: Names): readonly string[] => {
  switch (schema.kind) {
    case 'record':
    case 'enum':
      return [names.get(schema) ?? 'unknown'];
    case 'array':
      return [`ReadonlyArray<${textOf(schema.items, names)}>`];
    case 'map':
      return [`Readonly<Record<string, ${textOf(schema.values, names)}>>`];
    case 'union':
      return unionMembers(schema, names);
    case 'primitive':
      return [schema.logical?.typeScript ?? primitiveTypes[schema.name]];
    case 'fixed':
      return [fixedType(schema)];
  }
};

const textOf = (schema: AvroSchema, names: Names): string => membersOf(schema, names).join(' | ');

const fixedType = (schema: FixedSchema): string => schema.logical?.typeScript ?? 'Buffer';

const primitiveTypes = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
} as const;

const unionMembers = ({ branches }: UnionSchema, names: Names): readonly string[] => {
  if (!isAmbiguousUnion(branches.map(valueKindOf)))
    return branches.flatMap((branch) => membersOf(branch, names));
  return branches.map((branch) => {
    if (branch.kind === 'primitive' && branch.name === 'null') return 'null';
    const key = branchName(branch);
    return `{ readonly ${/^\w+$/.test(key) ? key : quoted(key)}: ${textOf(branch, names)} }`;
  });
};

/** A documentation comment of the remarks that are there, in the formatter's layout; empty if there are none. */
export const comment = (remarks: readonly (string | undefined)[], indent: number): string => {
  const pad = ' '.repeat(indent);
  const lines = remarks
    .filter((remark) => remark !== undefined)
    .flatMap((remark) => remark.split(/\r?\n/))
    .map((line) => line.trim().replaceAll('*/', '* /'))
    .filter((line) => line !== '');
  const single = lines.join(' ');
  if (lines.length === 0) return '';
  if (pad.length + single.length + 7 <= lineWidth) return `${pad}/** ${single} */\n`;
  return `${pad}/**\n${lines.map((line) => `${pad} * ${line}\n`).join('')}${pad} */\n`;
};
