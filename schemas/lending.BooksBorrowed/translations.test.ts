import { createAvroCodec, createInMemoryRegistry, dataFromJson } from '@baton/contracts';
import { version } from '@baton/core';
import { BooksBorrowed, type BooksBorrowedV1, type BooksBorrowedV2 } from '../index';
import { downcasts } from './downcast';
import exampleV1 from './examples/v1.json';
import exampleV2 from './examples/v2.json';
import { upcasts } from './upcast';

const v1 = dataFromJson(BooksBorrowed.versions[1].schema, exampleV1) as BooksBorrowedV1;
const v2 = dataFromJson(BooksBorrowed.versions[2].schema, exampleV2) as BooksBorrowedV2;

const codec = async () => {
  const registry = createInMemoryRegistry();
  for (const v of [1, 2] as const) {
    await registry.register(`${BooksBorrowed.name}.v${version(v)}-value`, BooksBorrowed.versions[v].schema);
  }
  const avro = createAvroCodec({ registry });
  await avro.prepare([BooksBorrowed]);
  return avro;
};

describe('the translations of lending.BooksBorrowed', () => {
  it('make version 1 with a neutral changeInfo, the same one every time', async () => {
    const older = downcasts[1](v2);
    expect(older).toEqual({
      ...v2,
      changeInfo: { changedBy: 'lending', changedAt: v2.borrowedAt, reason: 'books borrowed' },
    });
    expect(downcasts[1](v2)).toEqual(older);
    const avro = await codec();
    expect(avro.decode(BooksBorrowed, 1, avro.encode(BooksBorrowed, 1, older))).toEqual(older);
  });

  it('make version 2 by leaving changeInfo out', async () => {
    expect(upcasts[2]?.(v1)).toEqual(v2);
    const avro = await codec();
    expect(avro.decode(BooksBorrowed, 2, avro.encode(BooksBorrowed, 2, upcasts[2]?.(v1)))).toEqual(v2);
  });
});
