import type { Random } from './random';

export type JsonObject = { [key: string]: unknown };

export interface SchemaOptions {
  readonly logicalTypes: boolean;
}

/** A random schema of an event: a record with nested types of all kinds, some of them referred to by name. */
export const randomSchema = (random: Random, options: SchemaOptions): JsonObject =>
  record({ random, options, named: [], counter: 0 }, 'Event', 0);

const primitives = ['boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

const logicalTypes = [
  { type: 'int', logicalType: 'date' },
  { type: 'int', logicalType: 'time-millis' },
  { type: 'long', logicalType: 'time-micros' },
  { type: 'long', logicalType: 'timestamp-millis' },
  { type: 'long', logicalType: 'timestamp-micros' },
  { type: 'long', logicalType: 'local-timestamp-millis' },
  { type: 'long', logicalType: 'local-timestamp-micros' },
  { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
  { type: 'string', logicalType: 'uuid' },
] as const;

/** One schema in the making: the types that have a name so far, and the last number in a name. */
interface Builder {
  readonly random: Random;
  readonly options: SchemaOptions;
  readonly named: string[];
  counter: number;
}

const freshName = (builder: Builder, prefix: string): string => {
  builder.counter += 1;
  return `${prefix}${builder.counter}`;
};

const record = (builder: Builder, name: string, depth: number): JsonObject => {
  const { random, named } = builder;
  const length = depth === 0 ? random.below(6) + 1 : random.below(4);
  const fields = Array.from({ length }, () => field(builder, depth));
  named.push(name);
  return {
    type: 'record',
    name,
    ...(depth === 0 ? { namespace: 'area.inner' } : {}),
    ...(random.chance(0.3) ? { doc: `About ${name}: it's "quoted" */ and\nhas two lines` } : {}),
    fields,
  };
};

const field = (builder: Builder, depth: number): JsonObject => {
  const { random } = builder;
  const name = freshName(builder, 'field');
  const base = random.chance(0.3) ? { name, doc: `About ${name} `.repeat(random.below(12) + 1) } : { name };
  if (random.chance(0.15))
    return { ...base, type: ['null', type(builder, depth + 1, ['null'])], default: null };
  if (random.chance(0.1)) return { ...base, type: 'string', default: `it's ${name}` };
  if (random.chance(0.1)) return { ...base, type: 'int', default: -7 };
  if (random.chance(0.1)) return { ...base, type: { type: 'array', items: 'string' }, default: ['a', 'b'] };
  return { ...base, type: type(builder, depth + 1, []) };
};

/** `not` lists branch names that may not appear: unions hold each only once. */
const type = (builder: Builder, depth: number, not: readonly string[]): unknown => {
  const { random, options, named } = builder;
  const kind = random.below(depth > 3 ? 3 : 10);
  if (options.logicalTypes && kind === 0) {
    const chosen = random.pick(logicalTypes);
    if (!not.includes(chosen.type)) return { ...chosen };
  }
  const allowed = primitives.filter((name) => !not.includes(name));
  if (kind < 3) return allowed[random.below(allowed.length)];
  if (kind === 3 && !not.includes('array')) return { type: 'array', items: type(builder, depth + 1, []) };
  if (kind === 4 && !not.includes('map')) return { type: 'map', values: type(builder, depth + 1, []) };
  if (kind === 5 && not.length === 0) return union(builder, depth);
  if (kind === 6) return enumeration(builder);
  if (kind === 7) return fixed(builder);
  if (kind === 8 && named.length > 0) {
    const name = named[random.below(named.length)] ?? 'string';
    if (!not.includes(name)) return name;
  }
  return record(builder, freshName(builder, 'Record'), depth);
};

const union = (builder: Builder, depth: number): unknown => {
  const { random } = builder;
  const seen: string[] = [];
  const branches: unknown[] = [];
  for (let index = random.below(4) + 1; index > 0; index -= 1) {
    const branch = index === 1 && random.chance(0.5) ? 'null' : type(builder, depth + 1, ['null', ...seen]);
    seen.push(nameOf(branch));
    branches.push(branch);
  }
  return branches;
};

const enumeration = (builder: Builder): JsonObject => {
  const { random, named } = builder;
  const name = freshName(builder, 'Enum');
  named.push(name);
  const length = random.below(random.chance(0.2) ? 20 : 4) + 1;
  const symbols = Array.from({ length }, () => freshName(builder, 'SYMBOL'));
  return { type: 'enum', name, symbols, ...(random.chance(0.3) ? { default: symbols[0] } : {}) };
};

const fixed = (builder: Builder): JsonObject => {
  const { random, options, named } = builder;
  const name = freshName(builder, 'Fixed');
  named.push(name);
  const shape = { type: 'fixed', name };
  if (options.logicalTypes && random.chance(0.3)) return { ...shape, size: 12, logicalType: 'duration' };
  if (options.logicalTypes && random.chance(0.3)) {
    return { ...shape, size: 6, logicalType: 'decimal', precision: 10, scale: 3 };
  }
  return { ...shape, size: random.below(20) };
};

const nameOf = (branch: unknown): string => {
  if (typeof branch === 'string') return branch;
  const { name, type } = branch as JsonObject;
  return String(name ?? type);
};

/** The same schema after one random edit: compatible or not, but always a schema. */
export const editedSchema = (schema: JsonObject, random: Random): JsonObject => {
  const copy = structuredClone(schema);
  const places = editable(copy);
  const place = places[random.below(places.length)];
  if (place !== undefined) edit(place, random);
  return copy;
};

const editable = (node: unknown): JsonObject[] => {
  if (Array.isArray(node)) return node.flatMap(editable);
  if (typeof node !== 'object' || node === null) return [];
  const object = node as JsonObject;
  const inside = Object.values(object).flatMap(editable);
  return object.name !== undefined ? [object, ...inside] : inside;
};

const edit = (node: JsonObject, random: Random): void => {
  if (Array.isArray(node.fields)) editRecord(node, node.fields, random);
  else if (Array.isArray(node.symbols)) editSymbols(node, node.symbols, random);
  else if (node.type === 'fixed') node.size = random.pick([3, 16]);
  else editField(node, random);
};

const editRecord = (node: JsonObject, fields: JsonObject[], random: Random): void => {
  const name = `added${random.below(1000)}`;
  const added = random.chance(0.5) ? { name, type: 'int', default: 1 } : { name, type: 'int' };
  const choice = fields.length === 0 ? 'add' : random.pick(['add', 'add', 'move', 'replace']);
  if (choice === 'add') fields.push(added);
  if (choice === 'move') swapEnds(fields);
  if (choice === 'replace') replaceField(fields, random.below(fields.length), added);
  if (random.chance(0.1)) node.doc = 'edited';
};

/** A definition that something else may refer to has to stay. */
const replaceField = (fields: JsonObject[], index: number, added: JsonObject): void => {
  if (typeof fields[index]?.type === 'string') fields.splice(index, 1, added);
};

const swapEnds = (fields: JsonObject[]): void => {
  const last = fields.at(-1);
  // A type is defined where it is first used, so only fields without definitions may move.
  if (last !== undefined && typeof last.type === 'string' && last.type === last.type.toLowerCase()) {
    fields.unshift(...fields.splice(-1));
  }
};

const editSymbols = (node: JsonObject, symbols: string[], random: Random): void => {
  if (random.chance(0.5)) symbols.push(`ADDED${random.below(1000)}`);
  else if (symbols.length > 1)
    node.symbols = symbols.filter((symbol, index) => index === 0 || symbol === node.default);
  if (random.chance(0.3)) node.default = symbols[0];
};

const editField = (node: JsonObject, random: Random): void => {
  const { type } = node;
  if (typeof type === 'string' && primitives.some((name) => name === type)) {
    delete node.default;
    node.type = random.chance(0.3) ? ['null', type] : random.pick(primitives);
  } else if (Array.isArray(type) && !type.some((branch) => nameOf(branch) === 'string') && type.length > 0) {
    type.push('string');
  } else if (random.chance(0.3)) {
    node.aliases = [`old${String(node.name)}`];
  } else if (node.default === undefined && type === 'string') {
    node.default = '';
  }
};
