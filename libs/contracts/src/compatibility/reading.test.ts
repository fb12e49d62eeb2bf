import { createRandom } from '../../test-support/random';
import { randomData } from '../../test-support/random-data';
import { editedSchema, randomSchema } from '../../test-support/random-schema';
import { avroTypeOf } from '../avro-type';
import { schemaFromJson } from '../parse-schema';
import { readingProblems } from './reading';

const problemsOf = (reader: unknown, writer: unknown) =>
  readingProblems(schemaFromJson(reader), schemaFromJson(writer));

const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', fields });

/** What avsc says: a resolver, or none. */
const avscReads = (reader: unknown, writer: unknown) => {
  try {
    return { resolver: avroTypeOf(reader).createResolver(avroTypeOf(writer)) };
  } catch {
    return undefined;
  }
};

describe('reading one schema with another', () => {
  it('agrees with the resolver of avsc, over random schemas and edits', () => {
    const seen = { compatible: 0, incompatible: 0 };
    for (let seed = 0; seed < 250; seed += 1) {
      const random = createRandom(seed);
      const writer = randomSchema(random, { logicalTypes: true });
      let reader = editedSchema(writer, random);
      if (random.chance(0.3)) reader = editedSchema(reader, random);
      for (const [one, other] of [
        [reader, writer],
        [writer, reader],
      ] as const) {
        const ours = problemsOf(one, other);
        const theirs = avscReads(one, other);
        const verdict = ours.length === 0 ? 'compatible' : 'incompatible';
        seen[verdict] += 1;
        expect({ seed, verdict, ours }).toEqual({
          seed,
          verdict: theirs === undefined ? 'incompatible' : 'compatible',
          ours,
        });
      }
    }
    expect(seen.compatible).toBeGreaterThan(50);
    expect(seen.incompatible).toBeGreaterThan(50);
  });

  it('lets compatible readers really read random data', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const random = createRandom(seed + 10_000);
      const writer = randomSchema(random, { logicalTypes: false });
      const reader = editedSchema(writer, random);
      if (problemsOf(reader, writer).length > 0) continue;
      const [readerType, writerType] = [avroTypeOf(reader), avroTypeOf(writer)];
      const bytes = writerType.toBuffer(randomData(schemaFromJson(writer), random));
      const read: unknown = readerType.fromBuffer(bytes, readerType.createResolver(writerType));
      const misfits: unknown[] = [];
      readerType.isValid(read, { errorHook: (path, value: unknown) => misfits.push({ seed, path, value }) });
      expect(misfits).toEqual([]);
    }
  });

  it('says where each obstacle is, in both schemas', () => {
    const reader = record(
      { name: 'a', type: 'int' },
      { name: 'b', type: { type: 'array', items: 'string' } },
    );
    const writer = record({ name: 'b', type: { type: 'array', items: 'int' } });
    expect(problemsOf(reader, writer)).toEqual([
      {
        readerPath: '$.fields[0]',
        writerPath: '$',
        obstacle: { kind: 'missing-field', field: 'a', record: 'R' },
      },
      {
        readerPath: '$.fields[1].type.items',
        writerPath: '$.fields[0].type.items',
        obstacle: { kind: 'type', reader: 'string', writer: 'int' },
      },
    ]);
  });

  it('compares recursive schemas once', () => {
    const tree = (value: string) =>
      record({ name: 'value', type: value }, { name: 'children', type: { type: 'array', items: 'R' } });
    expect(problemsOf(tree('long'), tree('int'))).toEqual([]);
    expect(problemsOf(tree('int'), tree('long'))).toHaveLength(1);
  });

  it('refuses one logical type in place of another, though Avro could read the bytes', () => {
    const stamp = (logicalType: string) => ({ type: 'long', logicalType });
    expect(problemsOf(stamp('timestamp-millis'), stamp('timestamp-micros'))).toMatchObject([
      { obstacle: { kind: 'logical', reader: 'timestamp-millis', writer: 'timestamp-micros' } },
    ]);
    expect(problemsOf(stamp('timestamp-millis'), 'long')).toEqual([]);
    expect(problemsOf('long', stamp('timestamp-millis'))).toEqual([]);
  });
});
