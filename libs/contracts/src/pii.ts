import { type AvroSchema, branchName } from './schema-model';

/** What stands for personal data where it is not shown. */
export const hidden = '(hidden)';

/** Whether the value at a path of the data is personal: the field itself, or one that it lies in, is marked `pii`. */
export const isPersonal = (schema: AvroSchema, path: readonly string[]): boolean => {
  const [step, ...rest] = path;
  if (step === undefined) return false;
  switch (schema.kind) {
    case 'record': {
      const field = schema.fields.find(({ name }) => name === step);
      return field !== undefined && (field.pii === true || isPersonal(field.type, rest));
    }
    case 'array':
      return isPersonal(schema.items, rest);
    case 'map':
      return isPersonal(schema.values, rest);
    case 'union':
      return schema.branches.some((branch) => isPersonal(branch, branchName(branch) === step ? rest : path));
    case 'enum':
    case 'fixed':
    case 'primitive':
      return false;
  }
};
