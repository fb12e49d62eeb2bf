/// <reference types="jest" />
import type { SchemaRegistry } from '@baton/contracts';
import { failureOf } from './support';

/** One implementation of the registry port. */
export interface RegistryAdapter {
  readonly name: string;
  open(): Promise<SchemaRegistry>;
  /** A text that no schema or subject had before. */
  unique(): string;
}

type Check = (registry: SchemaRegistry, unique: () => string) => Promise<void>;

const record = (name: string, ...fields: readonly object[]) => ({
  type: 'record',
  name,
  namespace: 'conformance',
  fields,
});
const text = (name: string) => ({ name, type: 'string' });
const optional = (name: string) => ({ name, type: 'int', default: 0 });

const promises: Readonly<Record<string, Check>> = {
  'answers a ping': (registry) => registry.ping(),

  'stores a schema once, and finds it by content and by id': async (registry, unique) => {
    const [subject, schema] = [unique(), record(unique(), text('a'))];
    expect(await registry.lookup(subject, schema)).toBeUndefined();
    expect(await registry.revisions(subject)).toEqual([]);
    const first = await registry.register(subject, schema);
    expect(first).toEqual({ id: expect.any(Number), revision: 1 });
    expect(await registry.register(subject, schema)).toEqual(first);
    expect(await registry.lookup(subject, schema)).toEqual(first);
    expect(await registry.schemaById(first.id)).toEqual(schema);
    expect(await registry.revisions(subject)).toEqual([{ ...first, schema }]);
    expect(await registry.lookup(subject, record(unique(), text('a')))).toBeUndefined();
  },

  'counts revisions within the subject, and gives one id to one schema wherever it is': async (
    registry,
    unique,
  ) => {
    const [one, two, type] = [unique(), unique(), unique()];
    const [a, ab] = [record(type, text('a')), record(type, text('a'), optional('b'))];
    const first = await registry.register(one, a);
    const second = await registry.register(one, ab);
    expect([first.revision, second.revision]).toEqual([1, 2]);
    expect(first.id).not.toBe(second.id);
    expect(await registry.register(two, ab)).toEqual({ id: second.id, revision: 1 });
    const revisions = await registry.revisions(one);
    expect(revisions).toEqual([
      { ...first, schema: a },
      { ...second, schema: ab },
    ]);
  },

  'gives schemas as they are stored, with what Avro itself does not define': async (registry, unique) => {
    const amount = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2, unit: 'EUR' };
    const schema = { ...record(unique(), { name: 'a', type: amount, doc: 'kept' }), doc: 'kept too' };
    const { id } = await registry.register(unique(), schema);
    expect(await registry.schemaById(id)).toEqual(schema);
  },

  'refuses what is incompatible once full compatibility is demanded, and says so beforehand': async (
    registry,
    unique,
  ) => {
    const [subject, type] = [unique(), unique()];
    const a = record(type, text('a'));
    const broken = record(type, { name: 'b', type: 'int' });
    expect(await registry.checkCompatibility(subject, a)).toEqual({ compatible: true, messages: [] });
    await registry.register(subject, a);
    await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
    expect((await registry.checkCompatibility(subject, broken)).compatible).toBe(false);
    const refused = await failureOf(registry.register(subject, broken));
    expect(refused).toMatchObject({ code: 'schema-incompatible' });
    expect(await registry.lookup(subject, broken)).toBeUndefined();
    const widened = record(type, text('a'), optional('c'));
    expect(await registry.checkCompatibility(subject, widened)).toEqual({ compatible: true, messages: [] });
    expect((await registry.register(subject, widened)).revision).toBe(2);
    // against every revision, not only the newest
    const backAndForth = record(type, text('a'), { ...optional('c'), type: 'string', default: '' });
    expect((await registry.checkCompatibility(subject, backAndForth)).compatible).toBe(false);
  },

  'knows no schema by an id that it never gave': async (registry) => {
    const unknown = await failureOf(registry.schemaById(2_000_000_000));
    expect(unknown).toMatchObject({ code: 'unknown-schema-id' });
  },

  'refuses what is no Avro schema': async (registry, unique) => {
    const subject = unique();
    const refused = await failureOf(registry.register(subject, { type: 'nonsense' }));
    expect(refused).toMatchObject({ code: 'schema-invalid' });
    expect(await registry.revisions(subject)).toEqual([]);
  },
};

/** Tests what `SchemaRegistry` promises. */
export const describeSchemaRegistry = ({ name, open, unique }: RegistryAdapter): void =>
  describe(`the schema registry (${name})`, () => {
    for (const [that, check] of Object.entries(promises))
      it(that, async () => check(await open(), unique), 30_000);
  });
