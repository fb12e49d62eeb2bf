import { type Schema, type Type, types } from 'avsc';
import { dateFromDays, daysFromDate, isUuid, microsFromText, textFromMicros } from './calendar';
import { decimalFromText, textFromDecimal } from './decimal';

/** A calendar day, `2026-12-21`. */
export type LocalDate = string;

/** An exact decimal number, `12.50`: always as many digits after the point as the schema's scale. */
export type Decimal = string;

/** An Avro duration; its three parts are independent of each other. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly milliseconds: number;
}

/** The kinds of JavaScript values that a union can tell apart without being wrapped. */
export type ValueKind = 'null' | 'boolean' | 'number' | 'string' | 'buffer' | 'array' | 'object';

/** How one logical type, with its parameters, appears in TypeScript. */
export interface LogicalForm {
  /** Name and parameters, such as `decimal(8,2)`: two logical types mean the same if their keys are equal. */
  readonly key: string;
  readonly valueKind: ValueKind;
  /** The TypeScript type, as text. `Duration` is the only one that a generated file has to declare. */
  readonly typeScript: string;
  /** What to say about the values in documentation. */
  readonly describes: string;
  /** The value of the underlying type; `undefined` if `value` does not fit. */
  toRaw(value: unknown): unknown;
  /** Throws if the raw value has no counterpart. */
  fromRaw(raw: unknown): unknown;
}

/** The part of a schema that decides about its logical type. */
export interface LogicalSchema {
  readonly type?: unknown;
  readonly logicalType?: unknown;
  readonly precision?: unknown;
  readonly scale?: unknown;
  readonly size?: unknown;
}

/** The form of a schema's logical type; `undefined` if it has none, or one that does not fit the type under it. */
export const logicalFormOf = (schema: LogicalSchema): LogicalForm | undefined => {
  const { logicalType } = schema;
  if (typeof logicalType !== 'string' || !isLogicalName(logicalType)) return undefined;
  return logicalForms[logicalType](schema);
};

/** The names of the logical types that have a form of their own in TypeScript. */
export const isLogicalName = (name: string): name is LogicalName => Object.hasOwn(logicalForms, name);

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

const numberForm =
  (key: string, underlying: string, describes: string, limit: number) =>
  (schema: LogicalSchema): LogicalForm | undefined => {
    if (schema.type !== underlying) return undefined;
    const inDay = (value: unknown) => {
      const number = wholeNumber(value);
      return number !== undefined && number >= 0 && number < limit ? number : undefined;
    };
    return { key, valueKind: 'number', typeScript: 'number', describes, toRaw: inDay, fromRaw: (raw) => raw };
  };

const microsForm =
  (key: string, unitsPerMilli: 1 | 1000, zone: 'Z' | '', describes: string) =>
  (schema: LogicalSchema): LogicalForm | undefined => {
    if (schema.type !== 'long') return undefined;
    return {
      key,
      valueKind: 'string',
      typeScript: 'string',
      describes,
      toRaw: (value) => (typeof value === 'string' ? microsFromText(value, unitsPerMilli, zone) : undefined),
      fromRaw: (raw) => textFromMicros(Number(raw), unitsPerMilli, zone),
    };
  };

const dateForm = (schema: LogicalSchema): LogicalForm | undefined =>
  schema.type === 'int'
    ? {
        key: 'date',
        valueKind: 'string',
        typeScript: 'string',
        describes: 'a day, `YYYY-MM-DD`',
        toRaw: (value) => (typeof value === 'string' ? daysFromDate(value) : undefined),
        fromRaw: (raw) => dateFromDays(Number(raw)),
      }
    : undefined;

const instantForm = (schema: LogicalSchema): LogicalForm | undefined =>
  schema.type === 'long'
    ? {
        key: 'timestamp-millis',
        valueKind: 'object',
        typeScript: 'Date',
        describes: 'an instant, in milliseconds',
        toRaw: (value) => (value instanceof Date ? wholeNumber(value.getTime()) : undefined),
        fromRaw: (raw) => validDate(Number(raw)),
      }
    : undefined;

const validDate = (millis: number): Date => {
  const date = new Date(millis);
  if (Number.isNaN(date.getTime())) throw new RangeError('an instant that Date cannot hold');
  return date;
};

const decimalForm = (schema: LogicalSchema): LogicalForm | undefined => {
  const { type, precision, scale = 0, size } = schema;
  if (type !== 'bytes' && type !== 'fixed') return undefined;
  if (!isDigits(precision) || precision === 0 || !isDigits(scale) || scale > precision) return undefined;
  const width = type === 'fixed' && typeof size === 'number' ? size : undefined;
  return {
    key: `decimal(${precision},${scale})`,
    valueKind: 'string',
    typeScript: 'string',
    describes: `a decimal number of at most ${precision} digits, ${scale} of them after the point`,
    toRaw: (value) =>
      typeof value === 'string' ? decimalFromText(value, { precision, scale, width }) : undefined,
    fromRaw: (raw) => textFromDecimal(raw instanceof Uint8Array ? raw : Buffer.alloc(0), scale),
  };
};

const isDigits = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

const uuidForm = (schema: LogicalSchema): LogicalForm | undefined =>
  schema.type === 'string'
    ? {
        key: 'uuid',
        valueKind: 'string',
        typeScript: 'string',
        describes: 'a UUID',
        toRaw: (value) => (typeof value === 'string' && isUuid(value) ? value : undefined),
        fromRaw: (raw) => raw,
      }
    : undefined;

const durationForm = (schema: LogicalSchema): LogicalForm | undefined =>
  schema.type === 'fixed' && schema.size === 12
    ? {
        key: 'duration',
        valueKind: 'object',
        typeScript: 'Duration',
        describes: 'a duration',
        toRaw: durationToBytes,
        fromRaw: durationFromBytes,
      }
    : undefined;

const durationParts = ['months', 'days', 'milliseconds'] as const;

const durationToBytes = (value: unknown): Buffer | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const bytes = Buffer.alloc(12);
  for (const [index, part] of durationParts.entries()) {
    const number = wholeNumber(Reflect.get(value, part));
    if (number === undefined || number < 0 || number > 0xffffffff) return undefined;
    bytes.writeUInt32LE(number, index * 4);
  }
  return bytes;
};

const durationFromBytes = (raw: unknown): Duration => {
  const bytes = Buffer.isBuffer(raw) ? raw : Buffer.alloc(12);
  return {
    months: bytes.readUInt32LE(0),
    days: bytes.readUInt32LE(4),
    milliseconds: bytes.readUInt32LE(8),
  };
};

const dayMillis = 86_400_000;

const logicalForms = {
  date: dateForm,
  'time-millis': numberForm('time-millis', 'int', 'milliseconds after midnight', dayMillis),
  'time-micros': numberForm('time-micros', 'long', 'microseconds after midnight', dayMillis * 1000),
  'timestamp-millis': instantForm,
  'timestamp-micros': microsForm('timestamp-micros', 1000, 'Z', 'an instant, `YYYY-MM-DDTHH:mm:ss.ffffffZ`'),
  'local-timestamp-millis': microsForm(
    'local-timestamp-millis',
    1,
    '',
    'a local date and time, `YYYY-MM-DDTHH:mm:ss.fff`',
  ),
  'local-timestamp-micros': microsForm(
    'local-timestamp-micros',
    1000,
    '',
    'a local date and time, `YYYY-MM-DDTHH:mm:ss.ffffff`',
  ),
  decimal: decimalForm,
  uuid: uuidForm,
  duration: durationForm,
} as const satisfies Record<string, (schema: LogicalSchema) => LogicalForm | undefined>;

export type LogicalName = keyof typeof logicalForms;

/** An avsc type with one of our logical forms on top. */
export class BatonLogicalType extends types.LogicalType {
  readonly form: LogicalForm;
  private readonly parameters: LogicalSchema;

  constructor(schema: Schema, options?: unknown) {
    super(schema, options);
    const form = logicalFormOf(schema as LogicalSchema);
    if (form === undefined) throw new Error(`this logical type does not fit: ${JSON.stringify(schema)}`);
    this.form = form;
    const { precision, scale } = schema as LogicalSchema;
    this.parameters = {
      ...(precision === undefined ? {} : { precision }),
      ...(scale === undefined ? {} : { scale }),
    };
  }

  protected override _toValue(value: unknown): unknown {
    return this.form.toRaw(value);
  }

  protected override _fromValue(raw: unknown): unknown {
    return this.form.fromRaw(raw);
  }

  protected override _resolve(writer: Type): ((value: unknown) => unknown) | undefined {
    if (writer instanceof BatonLogicalType) {
      if (writer.form.key !== this.form.key) return undefined;
      this.underlyingType.createResolver(writer.underlyingType);
      return (value) => value;
    }
    this.underlyingType.createResolver(writer);
    return (value) => this.form.fromRaw(this.asUnderlying(value));
  }

  protected override _export(schema: Schema): void {
    Object.assign(schema, this.parameters);
  }

  private asUnderlying(value: unknown): unknown {
    if (this.underlyingType.typeName === 'string' && Buffer.isBuffer(value)) return value.toString('utf8');
    if (this.underlyingType.typeName === 'bytes' && typeof value === 'string')
      return Buffer.from(value, 'utf8');
    return value;
  }
}

/** The `logicalTypes` option of avsc: with it, avsc reads and writes the values that the generated types describe. */
export const avroLogicalTypes: Readonly<Record<LogicalName, typeof BatonLogicalType>> = {
  date: BatonLogicalType,
  'time-millis': BatonLogicalType,
  'time-micros': BatonLogicalType,
  'timestamp-millis': BatonLogicalType,
  'timestamp-micros': BatonLogicalType,
  'local-timestamp-millis': BatonLogicalType,
  'local-timestamp-micros': BatonLogicalType,
  decimal: BatonLogicalType,
  uuid: BatonLogicalType,
  duration: BatonLogicalType,
};
