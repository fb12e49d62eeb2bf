import { isAmbiguousUnion } from '../avro-type';
import {
  type AvroSchema,
  describeSchema,
  type RecordSchema,
  type UnionSchema,
  valueKindOf,
} from '../schema-model';

/** A place where the bytes stay readable, but the value in code becomes another one. */
export interface CodeChange {
  readonly jsonPath: string;
  readonly reason: string;
}

/** What changes for code that is compiled against the new schema although all revisions read each other. */
export const codeChanges = (before: AvroSchema, after: AvroSchema): readonly CodeChange[] =>
  compare({ before, after, path: '$', seen: new Set() });

interface Pair<Schema extends AvroSchema = AvroSchema> {
  readonly before: Schema;
  readonly after: Schema;
  readonly path: string;
  readonly seen: Set<string>;
}

const compare = (pair: Pair): readonly CodeChange[] => {
  const { before, after, path } = pair;
  if (before.kind === 'record' && after.kind === 'record') return compareRecords({ ...pair, before, after });
  if (before.kind === 'array' && after.kind === 'array') {
    return compare({ ...pair, before: before.items, after: after.items, path: `${path}.items` });
  }
  if (before.kind === 'map' && after.kind === 'map') {
    return compare({ ...pair, before: before.values, after: after.values, path: `${path}.values` });
  }
  if (before.kind === 'union' && after.kind === 'union') return compareUnions({ ...pair, before, after });
  if (
    before.kind === after.kind &&
    valueKindOf(before) === valueKindOf(after) &&
    logical(before) === logical(after)
  ) {
    return [];
  }
  const reason = `the value in code changes: it was ${describeSchema(before)}, and becomes ${describeSchema(after)}`;
  return [{ jsonPath: path, reason }];
};

const compareRecords = ({ before, after, seen }: Pair<RecordSchema>): readonly CodeChange[] => {
  const key = `${before.path} ${after.path}`;
  if (seen.has(key)) return [];
  seen.add(key);
  return after.fields.flatMap((field) => {
    const old = before.fields.find(({ name }) => name === field.name);
    return old === undefined
      ? []
      : compare({ before: old.type, after: field.type, path: `${field.path}.type`, seen });
  });
};

const compareUnions = ({ before, after, path, seen }: Pair<UnionSchema>): readonly CodeChange[] => {
  if (isWrapped(before) === isWrapped(after)) {
    return after.branches.flatMap((branch, index) => {
      const old = before.branches.find((candidate) => sameBranch(candidate, branch));
      return old === undefined
        ? []
        : compare({ before: old, after: branch, path: `${path}[${index}]`, seen });
    });
  }
  const reason = isWrapped(after)
    ? 'the value in code changes: its branches look alike now, so it is wrapped in an object with the name of the branch'
    : 'the value in code changes: its branches can be told apart now, so it is no longer wrapped in an object';
  return [{ jsonPath: path, reason }];
};

const isWrapped = ({ branches }: UnionSchema): boolean => isAmbiguousUnion(branches.map(valueKindOf));

const sameBranch = (one: AvroSchema, other: AvroSchema): boolean =>
  one.kind === other.kind && ('name' in one && 'name' in other ? one.name === other.name : true);

const logical = (schema: AvroSchema): string | undefined =>
  'logical' in schema ? schema.logical?.key : undefined;
