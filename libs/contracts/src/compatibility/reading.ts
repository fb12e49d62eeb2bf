import {
  type AvroSchema,
  describeSchema,
  type EnumSchema,
  type FieldSchema,
  type FixedSchema,
  type PrimitiveName,
  type RecordSchema,
  type UnionSchema,
} from '../schema-model';

/** Why a reader cannot read what a writer wrote. */
export type Obstacle =
  | { readonly kind: 'missing-field'; readonly field: string; readonly record: string }
  | { readonly kind: 'ambiguous-field'; readonly field: string; readonly matches: readonly string[] }
  | { readonly kind: 'type'; readonly reader: string; readonly writer: string }
  | { readonly kind: 'name'; readonly reader: string; readonly writer: string }
  | { readonly kind: 'symbols'; readonly enumeration: string; readonly symbols: readonly string[] }
  | { readonly kind: 'size'; readonly reader: number; readonly writer: number }
  | { readonly kind: 'logical'; readonly reader: string; readonly writer: string }
  | { readonly kind: 'branch'; readonly reader: string; readonly writer: string };

/** An obstacle, and where it is in the two schemas. */
export interface ReadingProblem {
  readonly readerPath: string;
  readonly writerPath: string;
  readonly obstacle: Obstacle;
}

/**
 * All reasons why data written with `writer` cannot be read with `reader`, by Avro's rules for schema resolution;
 * none if every value can. Stricter than Avro where a logical type changes into another one: the bytes could be read,
 * but they would mean something else.
 */
export const readingProblems = (reader: AvroSchema, writer: AvroSchema): readonly ReadingProblem[] =>
  compare({ reader, writer, readerPath: '$', writerPath: '$', seen: new Set() });

interface Pair<Reader extends AvroSchema = AvroSchema, Writer extends AvroSchema = AvroSchema> {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly readerPath: string;
  readonly writerPath: string;
  /** Pairs of records on the way or done: a recursive schema is compared once. */
  readonly seen: Set<string>;
}

type Problems = readonly ReadingProblem[];

const compare = (pair: Pair): Problems => {
  const { reader, writer } = pair;
  if (writer.kind === 'union') return compareBranches(pair, writer);
  if (reader.kind === 'union') return chooseBranch(pair, reader);
  if (reader.kind === 'record' && writer.kind === 'record')
    return compareRecords({ ...pair, reader, writer });
  if (reader.kind === 'enum' && writer.kind === 'enum') return compareEnums({ ...pair, reader, writer });
  if (reader.kind === 'fixed' && writer.kind === 'fixed') return compareFixed({ ...pair, reader, writer });
  if (reader.kind === 'array' && writer.kind === 'array') {
    return compare(inner(pair, { reader: reader.items, writer: writer.items, step: '.items' }));
  }
  if (reader.kind === 'map' && writer.kind === 'map') {
    return compare(inner(pair, { reader: reader.values, writer: writer.values, step: '.values' }));
  }
  if (
    reader.kind === 'primitive' &&
    writer.kind === 'primitive' &&
    promotions[reader.name].includes(writer.name)
  ) {
    return compareLogical(pair);
  }
  return [problem(pair, { kind: 'type', reader: describeSchema(reader), writer: describeSchema(writer) })];
};

/** What each primitive can be read from. */
const promotions: Readonly<Record<PrimitiveName, readonly PrimitiveName[]>> = {
  null: ['null'],
  boolean: ['boolean'],
  int: ['int'],
  long: ['long', 'int'],
  float: ['float', 'int', 'long'],
  double: ['double', 'float', 'int', 'long'],
  bytes: ['bytes', 'string'],
  string: ['string', 'bytes'],
};

const problem = ({ readerPath, writerPath }: Pair, obstacle: Obstacle): ReadingProblem => ({
  readerPath,
  writerPath,
  obstacle,
});

const inner = (
  pair: Pair,
  { reader, writer, step }: { reader: AvroSchema; writer: AvroSchema; step: string },
): Pair => ({
  reader,
  writer,
  readerPath: pair.readerPath + step,
  writerPath: pair.writerPath + step,
  seen: pair.seen,
});

/** Any branch may have been written, so the reader must take all of them. */
const compareBranches = (pair: Pair, writer: UnionSchema): Problems =>
  writer.branches.flatMap((branch, index) =>
    compare({ ...pair, writer: branch, writerPath: `${pair.writerPath}[${index}]` }),
  );

/** One branch of the reader is enough. */
const chooseBranch = (pair: Pair, reader: UnionSchema): Problems => {
  const attempts = reader.branches.map((branch, index) => ({
    branch,
    problems: compare({
      ...pair,
      reader: branch,
      readerPath: `${pair.readerPath}[${index}]`,
      seen: new Set(pair.seen),
    }),
  }));
  if (attempts.some(({ problems }) => problems.length === 0)) return [];
  // Where a branch is meant for this very type, its problems say more than "no branch fits".
  const meant = attempts.find(({ branch }) => isSameType(branch, pair.writer));
  if (meant !== undefined) return meant.problems;
  return [
    problem(pair, { kind: 'branch', reader: describeSchema(reader), writer: describeSchema(pair.writer) }),
  ];
};

const isSameType = (reader: AvroSchema, writer: AvroSchema): boolean =>
  reader.kind === writer.kind && ('name' in reader && 'name' in writer ? reader.name === writer.name : true);

type Named = RecordSchema | EnumSchema | FixedSchema;

const nameProblems = (pair: Pair<Named, Named>): Problems => {
  const { reader, writer } = pair;
  if (reader.name === writer.name || reader.aliases.includes(writer.name)) return [];
  return [problem(pair, { kind: 'name', reader: reader.name, writer: writer.name })];
};

const compareRecords = (pair: Pair<RecordSchema, RecordSchema>): Problems => {
  const { reader, writer, seen } = pair;
  const key = `${reader.path} ${writer.path}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const misnamed = nameProblems(pair);
  if (misnamed.length > 0) return misnamed;
  return reader.fields.flatMap((field) => compareField(field, pair));
};

const compareField = (field: FieldSchema, pair: Pair<RecordSchema, RecordSchema>): Problems => {
  const names = new Set([field.name, ...field.aliases]);
  const matches = pair.writer.fields.filter(({ name }) => names.has(name));
  const [match, ...others] = matches;
  const here = { readerPath: field.path, writerPath: pair.writer.path };
  if (match === undefined) {
    if (field.default !== undefined) return [];
    return [{ ...here, obstacle: { kind: 'missing-field', field: field.name, record: pair.reader.name } }];
  }
  if (others.length > 0) {
    const found = matches.map(({ name }) => name);
    return [{ ...here, obstacle: { kind: 'ambiguous-field', field: field.name, matches: found } }];
  }
  return compare({
    reader: field.type,
    writer: match.type,
    readerPath: `${field.path}.type`,
    writerPath: `${match.path}.type`,
    seen: pair.seen,
  });
};

const compareEnums = (pair: Pair<EnumSchema, EnumSchema>): Problems => {
  const { reader, writer } = pair;
  const misnamed = nameProblems(pair);
  if (misnamed.length > 0) return misnamed;
  const unknown = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
  if (unknown.length === 0 || reader.default !== undefined) return [];
  return [problem(pair, { kind: 'symbols', enumeration: reader.name, symbols: unknown })];
};

const compareFixed = (pair: Pair<FixedSchema, FixedSchema>): Problems => {
  const { reader, writer } = pair;
  const misnamed = nameProblems(pair);
  if (misnamed.length > 0) return misnamed;
  if (reader.size !== writer.size) {
    return [problem(pair, { kind: 'size', reader: reader.size, writer: writer.size })];
  }
  return compareLogical(pair);
};

const compareLogical = (pair: Pair): Problems => {
  const reader = logicalKey(pair.reader);
  const writer = logicalKey(pair.writer);
  if (reader === undefined || writer === undefined || reader === writer) return [];
  return [problem(pair, { kind: 'logical', reader, writer })];
};

const logicalKey = (schema: AvroSchema): string | undefined =>
  'logical' in schema ? schema.logical?.key : undefined;
