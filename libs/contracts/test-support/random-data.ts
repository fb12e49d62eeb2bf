import { isAmbiguousUnion } from '../src/avro-type';
import type { LogicalForm } from '../src/logical-types';
import { type AvroSchema, branchName, type PrimitiveName, valueKindOf } from '../src/schema-model';
import type { Random } from './random';

/** Random data that fits a schema. */
export const randomData = (schema: AvroSchema, random: Random): unknown => {
  switch (schema.kind) {
    case 'record':
      return Object.fromEntries(schema.fields.map(({ name, type }) => [name, randomData(type, random)]));
    case 'array':
      return Array.from({ length: random.below(3) }, () => randomData(schema.items, random));
    case 'map':
      return Object.fromEntries(
        Array.from({ length: random.below(3) }, (_, index) => [
          `key ${index}`,
          randomData(schema.values, random),
        ]),
      );
    case 'enum':
      return schema.symbols[random.below(schema.symbols.length)];
    case 'union': {
      const branch = schema.branches[random.below(schema.branches.length)];
      if (branch === undefined || valueKindOf(branch) === 'null') return null;
      const value = randomData(branch, random);
      return isAmbiguousUnion(schema.branches.map(valueKindOf)) ? { [branchName(branch)]: value } : value;
    }
    case 'fixed':
      return schema.logical === undefined
        ? randomBytes(schema.size, random)
        : randomLogical(schema.logical, random);
    case 'primitive':
      return schema.logical === undefined
        ? randomPrimitive(schema.name, random)
        : randomLogical(schema.logical, random);
  }
};

const randomBytes = (length: number, random: Random): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

const randomPrimitive = (name: PrimitiveName, random: Random): unknown => {
  switch (name) {
    case 'null':
      return null;
    case 'boolean':
      return random.chance(0.5);
    case 'int':
      return random.pick([0, -1, 2147483647, -2147483648, random.below(1000)]);
    case 'long':
      return random.pick([
        0,
        -1,
        9007199254740991,
        -9007199254740991,
        -4503599627370497,
        random.below(100000),
      ]);
    case 'float':
      return random.below(4096) / 8;
    case 'double':
      return random.below(100000) / 7;
    case 'bytes':
      return randomBytes(random.below(4), random);
    case 'string':
      return random.pick(['', 'plain', 'Grüße', '💡', 'it\'s \\ "quoted"']);
  }
};

const millisIn2000Years = 2000 * 365 * 86_400_000;

const randomLogical = ({ key }: LogicalForm, random: Random): unknown => {
  const instant = new Date(random.below(millisIn2000Years));
  const text = instant.toISOString();
  const micros = String(random.below(1000)).padStart(3, '0');
  if (key === 'date') return text.slice(0, 10);
  if (key === 'time-millis') return random.below(86_400_000);
  if (key === 'time-micros') return random.below(86_400_000_000);
  if (key === 'timestamp-millis') return instant;
  if (key === 'local-timestamp-millis') return text.slice(0, 23);
  if (key === 'timestamp-micros') return `1${text.slice(1, 23)}${micros}Z`.replace(/^1\d{3}/, '2024');
  if (key === 'local-timestamp-micros') return `${text.slice(0, 23)}${micros}`.replace(/^\d{4}/, '1969');
  if (key === 'uuid') return `0190c2a4-7b1e-7c3d-9f00-${String(random.below(1e9)).padStart(12, '0')}`;
  if (key === 'duration') return { months: random.below(9), days: random.below(9), milliseconds: 4294967295 };
  const scale = Number(/,(\d+)\)/.exec(key)?.[1] ?? 0);
  const digits = String(random.below(1e7)).padStart(scale + 1, '0');
  const sign = random.chance(0.3) && /[1-9]/.test(digits) ? '-' : '';
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
};
