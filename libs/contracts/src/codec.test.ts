import { BatonError, type EventType } from '@baton/core';
import { createRandom } from '../test-support/random';
import { randomData } from '../test-support/random-data';
import { randomSchema } from '../test-support/random-schema';
import { avroTypeOf } from './avro-type';
import { createAvroCodec } from './codec';
import { createInMemoryRegistry } from './in-memory-registry';
import { schemaFromJson } from './parse-schema';
import type { SchemaRegistry } from './registry';

const loan = {
  type: 'record',
  name: 'Loan',
  fields: [
    { name: 'id', type: 'string' },
    {
      name: 'prices',
      type: { type: 'array', items: { type: 'bytes', logicalType: 'decimal', precision: 6, scale: 2 } },
    },
    { name: 'due', type: { type: 'int', logicalType: 'date' } },
  ],
};
const data = { id: 'loan-1', prices: ['12.50', '-0.01'], due: '2026-12-21' };

const eventTypeWith = (schema: unknown): EventType => ({
  name: 'lending.Loan',
  kind: 'event',
  newest: 1,
  versions: { 1: { schema } },
  downcasts: {},
  upcasts: {},
});
const Loan = eventTypeWith(loan);
const subject = 'lending.Loan.v1-value';

const prepared = async (registry: SchemaRegistry = createInMemoryRegistry()) => {
  await registry.register(subject, loan);
  const codec = createAvroCodec({ registry });
  await codec.prepare([Loan]);
  return codec;
};

/** The same data without avsc's classes. */
const plain = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value))
    return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
};

const thrownBy = (action: () => unknown): BatonError => {
  try {
    action();
  } catch (error) {
    if (error instanceof BatonError) return error;
    throw error;
  }
  throw new Error('expected it to throw');
};

describe('the codec', () => {
  it('writes the wire format of Confluent: byte 0, schema id, Avro', async () => {
    const codec = await prepared();
    const bytes = codec.encode(Loan, 1, data);
    expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, 1]);
    expect(bytes.subarray(5)).toEqual(avroTypeOf(loan).toBuffer(data));
  });

  it('reads at once what it knows, and what it prepared without asking the registry', async () => {
    const codec = await prepared();
    expect(codec.decode(Loan, 1, codec.encode(Loan, 1, data))).toEqual(data);
  });

  it('gives each value a buffer of its own', async () => {
    const codec = await prepared();
    const first = codec.encode(Loan, 1, data);
    codec.encode(Loan, 1, { ...data, id: 'loan-2' });
    expect(codec.decode(Loan, 1, first)).toEqual(data);
  });

  it('takes values larger than its buffer', async () => {
    const codec = await prepared();
    const large = { ...data, id: 'x'.repeat(5_000_000) };
    expect(codec.decode(Loan, 1, codec.encode(Loan, 1, large))).toEqual(large);
    expect(codec.decode(Loan, 1, codec.encode(Loan, 1, data))).toEqual(data);
  });

  it('names every path that does not fit the schema', async () => {
    const codec = await prepared();
    const error = thrownBy(() =>
      codec.encode(Loan, 1, { id: 7, prices: ['1.00', '1.234'], due: '2026-02-30' }),
    );
    expect(error.code).toBe('invalid-data');
    expect(error.details.problems).toMatchObject([
      { path: '$.id', got: '7' },
      { path: '$.prices[1]', got: '"1.234"' },
      { path: '$.due', got: '"2026-02-30"' },
    ]);
  });

  it('encodes as before after data that did not fit', async () => {
    const codec = await prepared();
    thrownBy(() => codec.encode(Loan, 1, undefined));
    expect(codec.decode(Loan, 1, codec.encode(Loan, 1, data))).toEqual(data);
  });

  it('names all schemas that are not registered, and registers none', async () => {
    const registry = createInMemoryRegistry();
    await expect(createAvroCodec({ registry }).prepare([Loan])).rejects.toMatchObject({
      code: 'schema-not-registered',
      details: { subjects: [subject] },
    });
    expect(await registry.revisions(subject)).toEqual([]);
  });

  it('refuses to encode what was not prepared', () => {
    const codec = createAvroCodec({ registry: createInMemoryRegistry() });
    expect(thrownBy(() => codec.encode(Loan, 1, data)).code).toBe('schema-not-registered');
    expect(thrownBy(() => codec.encode(Loan, 2, data)).code).toBe('invalid-argument');
  });

  it.each([
    ['no value', null],
    ['too short for an id', Buffer.from([0, 0, 0])],
    ['no magic byte', Buffer.from('{"id":1}')],
  ])('calls a message with %s undecodable', async (_name, bytes) => {
    const codec = await prepared();
    expect(thrownBy(() => codec.decode(Loan, 1, bytes)).code).toBe('undecodable-message');
  });

  it('calls every truncation, and bytes too many, undecodable', async () => {
    const codec = await prepared();
    const bytes = codec.encode(Loan, 1, data);
    for (let length = 5; length < bytes.length; length += 1) {
      expect(thrownBy(() => codec.decode(Loan, 1, bytes.subarray(0, length))).code).toBe(
        'undecodable-message',
      );
    }
    const longer = Buffer.concat([bytes, Buffer.from([0])]);
    expect(thrownBy(() => codec.decode(Loan, 1, longer)).code).toBe('undecodable-message');
  });

  it('gives up at once on a list that claims more items than there are bytes', async () => {
    const codec = await prepared();
    const bytes = codec.encode(Loan, 1, { ...data, prices: [] });
    const claim = Buffer.concat([bytes.subarray(0, 12), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f])]);
    expect(thrownBy(() => codec.decode(Loan, 1, claim)).code).toBe('undecodable-message');
  });
});

describe('the codec, against values that JavaScript itself knows', () => {
  const schema = {
    type: 'record',
    name: 'Odd',
    fields: [
      { name: 'symbol', type: { type: 'enum', name: 'Symbol', symbols: ['A'] } },
      { name: 'map', type: { type: 'map', values: 'long' } },
    ],
  };
  const Odd = eventTypeWith(schema);
  const codecOfOdd = async () => {
    const registry = createInMemoryRegistry();
    await registry.register(subject, schema);
    const codec = createAvroCodec({ registry });
    await codec.prepare([Odd]);
    return codec;
  };

  it('refuses the name of a method as an enum symbol', async () => {
    const codec = await codecOfOdd();
    expect(thrownBy(() => codec.encode(Odd, 1, { symbol: 'constructor', map: {} })).code).toBe(
      'invalid-data',
    );
  });

  it('keeps every key of a map', async () => {
    const codec = await codecOfOdd();
    const map = JSON.parse('{ "__proto__": 1, "constructor": -9007199254740991 }');
    const read = codec.decode(Odd, 1, codec.encode(Odd, 1, { symbol: 'A', map }));
    expect(JSON.stringify(read)).toBe('{"symbol":"A","map":{"__proto__":1,"constructor":-9007199254740991}}');
  });
});

describe('the codec, reading other revisions', () => {
  const older = { ...loan, fields: loan.fields.slice(0, 2) };
  const withDefault = {
    ...loan,
    fields: [...loan.fields.slice(0, 2), { ...loan.fields[2], default: 0 }],
  };
  const NewLoan = eventTypeWith(withDefault);

  const oldMessage = async (registry: SchemaRegistry) => {
    await registry.register(subject, older);
    const Old = eventTypeWith(older);
    const codec = createAvroCodec({ registry });
    await codec.prepare([Old]);
    return codec.encode(Old, 1, data);
  };

  it('fetches an unknown schema once for all who wait, then reads at once', async () => {
    const registry = createInMemoryRegistry();
    const bytes = await oldMessage(registry);
    const schemaById = jest.spyOn(registry, 'schemaById');
    const codec = createAvroCodec({ registry });
    const expected = { ...data, due: '1970-01-01' };
    const both = [codec.decode(NewLoan, 1, bytes), codec.decode(NewLoan, 1, bytes)];
    expect(both.every((decoded) => decoded instanceof Promise)).toBe(true);
    expect(await Promise.all(both)).toEqual([expected, expected]);
    expect(codec.decode(NewLoan, 1, bytes)).toEqual(expected);
    expect(schemaById).toHaveBeenCalledTimes(1);
  });

  it('asks again after a failure', async () => {
    const registry = createInMemoryRegistry();
    const bytes = await oldMessage(registry);
    const codec = createAvroCodec({ registry });
    const outage = new BatonError('registry-unavailable', 'the registry does not answer');
    jest.spyOn(registry, 'schemaById').mockRejectedValueOnce(outage);
    await expect(codec.decode(NewLoan, 1, bytes)).rejects.toBe(outage);
    await expect(codec.decode(NewLoan, 1, bytes)).resolves.toMatchObject({ id: 'loan-1' });
  });

  it('reports an id that the registry does not know as retriable', async () => {
    const codec = createAvroCodec({ registry: createInMemoryRegistry() });
    const unknown = Buffer.from([0, 0, 0, 0, 99, 0]);
    await expect(codec.decode(Loan, 1, unknown)).rejects.toMatchObject({
      code: 'unknown-schema-id',
      retriable: true,
    });
  });

  it('calls a message of an incompatible schema undecodable', async () => {
    const registry = createInMemoryRegistry();
    const { id } = await registry.register('other-value', 'int');
    const codec = createAvroCodec({ registry });
    await expect(codec.decode(Loan, 1, Buffer.from([0, 0, 0, 0, id, 2]))).rejects.toMatchObject({
      code: 'undecodable-message',
    });
  });
});

describe('the codec, over random schemas', () => {
  it('reads back the data that it wrote', async () => {
    for (let seed = 0; seed < 150; seed += 1) {
      const random = createRandom(seed);
      const schema = randomSchema(random, { logicalTypes: true });
      const registry = createInMemoryRegistry();
      await registry.register(subject, schema);
      const codec = createAvroCodec({ registry });
      const Random = eventTypeWith(schema);
      await codec.prepare([Random]);
      const parsed = schemaFromJson(schema);
      for (let round = 0; round < 5; round += 1) {
        const value = randomData(parsed, random);
        expect(plain(codec.decode(Random, 1, codec.encode(Random, 1, value)))).toEqual(value);
      }
    }
  });
});
