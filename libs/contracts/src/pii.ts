import { type AvroSchema, branchName } from './schema-model';

/** What stands for personal data where it is not shown. */
export const hidden = '(hidden)';

/** Whether the value at a path of the data is personal: the field itself, or one that it lies in, is marked `pii`. */
export const isPersonal = (schema: AvroSchema, path: readonly string[]): boolean =>
  stepsToPersonal(schema, path) !== undefined;

/** A path without what lies inside a personal value: the names in a map are data too. */
export const shownPath = (schema: AvroSchema, path: readonly string[]): readonly string[] => {
  const steps = stepsToPersonal(schema, path) ?? path.length;
  return steps < path.length ? [...path.slice(0, steps), hidden] : path;
};

/** The path of a value by a name that is data itself, and personal if what it lies in is. */
export const namedPath = (path: string, name: string, pii: true | undefined): string =>
  `${path}.${pii === true ? hidden : name}`;

/** How many steps of a path lead to the first personal field. */
const stepsToPersonal = (schema: AvroSchema, path: readonly string[]): number | undefined => {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  const further = (inner: AvroSchema): number | undefined => {
    const steps = stepsToPersonal(inner, rest);
    return steps === undefined ? undefined : steps + 1;
  };
  switch (schema.kind) {
    case 'record': {
      const field = schema.fields.find(({ name }) => name === step);
      if (field === undefined) return undefined;
      return field.pii === true ? 1 : further(field.type);
    }
    case 'array':
      return further(schema.items);
    case 'map':
      return further(schema.values);
    case 'union':
      return schema.branches
        .map((branch) => (branchName(branch) === step ? further(branch) : stepsToPersonal(branch, path)))
        .find((steps) => steps !== undefined);
    case 'enum':
    case 'fixed':
    case 'primitive':
      return undefined;
  }
};

/** Whether any field of the data is personal. */
export const holdsPersonal = (schema: AvroSchema, seen: Set<AvroSchema> = new Set()): boolean => {
  if (seen.has(schema)) return false;
  seen.add(schema);
  switch (schema.kind) {
    case 'record':
      return schema.fields.some(({ pii, type }) => pii === true || holdsPersonal(type, seen));
    case 'array':
      return holdsPersonal(schema.items, seen);
    case 'map':
      return holdsPersonal(schema.values, seen);
    case 'union':
      return schema.branches.some((branch) => holdsPersonal(branch, seen));
    case 'enum':
    case 'fixed':
    case 'primitive':
      return false;
  }
};
