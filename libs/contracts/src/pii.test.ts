import { defineEventType } from '@baton/core';
import { createAvroCodec, createInMemoryRegistry, dataFromJson, dataToRedactedJson } from './index';
import { parseSchema } from './parse-schema';

const canary = 'canary-4711';

const person = {
  type: 'record',
  name: 'Person',
  fields: [
    { name: 'id', type: 'int' },
    { name: 'email', type: ['null', 'string'], pii: true },
    {
      name: 'address',
      type: { type: 'record', name: 'Address', fields: [{ name: 'street', type: 'string' }] },
      pii: true,
    },
    { name: 'phones', type: { type: 'map', values: { type: 'array', items: 'string' } }, pii: true },
  ],
};
const schema = {
  type: 'record',
  name: 'Loan',
  fields: [
    { name: 'borrowers', type: { type: 'array', items: person } },
    { name: 'guarantor', type: ['null', 'Person'], default: null },
  ],
};
const someone = {
  id: 1,
  email: `${canary}@example.org`,
  address: { street: canary },
  phones: { home: [canary] },
};
const loan = { borrowers: [someone], guarantor: someone };

describe('personal data', () => {
  it('is hidden in redacted documents, wherever it lies, and everything else is shown', () => {
    const redacted = dataToRedactedJson(schema, loan);
    const hidden = { id: 1, email: '(hidden)', address: '(hidden)', phones: '(hidden)' };
    expect(redacted).toEqual({ borrowers: [hidden], guarantor: hidden });
  });

  it.each([
    ['in a list', { ...loan, borrowers: [{ ...someone, email: { text: canary } }] }],
    ['inside a personal record', { ...loan, borrowers: [{ ...someone, address: { street: [canary] } }] }],
    ['in a union', { ...loan, guarantor: { ...someone, phones: { home: canary } } }],
    ['as a name in a map', { ...loan, guarantor: { ...someone, phones: { [canary]: canary } } }],
    ['as a name that the schema has not', { ...loan, guarantor: { ...someone, address: { [canary]: 1 } } }],
  ])('shows in no error about data %s', async (_, data) => {
    const Loan = defineEventType<{ 1: object }, 1>({
      name: 'test.Loaned',
      kind: 'event',
      newest: 1,
      versions: { 1: { schema } },
      downcasts: {},
      upcasts: {},
    });
    const registry = createInMemoryRegistry();
    await registry.register('test.Loaned.v1-value', schema);
    const codec = createAvroCodec({ registry });
    await codec.prepare([Loan]);
    for (const fail of [() => codec.encode(Loan, 1, data), () => dataFromJson(schema, data)]) {
      const error = errorOf(fail);
      expect(error).toMatchObject({ code: 'invalid-data' });
      expect(everythingIn(error)).toContain('(hidden)');
      expect(everythingIn(error)).not.toContain(canary);
    }
  });

  it('is marked with true or false only', () => {
    const marked = { type: 'record', name: 'R', fields: [{ name: 'f', type: 'int', pii: 'yes' }] };
    expect(parseSchema(marked)).toMatchObject({
      kind: 'invalid',
      problems: [{ path: '$.fields[0].pii' }],
    });
  });
});

const errorOf = (fail: () => unknown): unknown => {
  try {
    fail();
  } catch (error) {
    return error;
  }
  return undefined;
};

/** What a log could show of an error: its message, details and causes. */
const everythingIn = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack} ${JSON.stringify(error)} ${everythingIn(error.cause)}`
    : String(error);
