import { createAvroCodec, createInMemoryRegistry, dataFromJson } from '@baton/contracts';
import { version } from '@baton/core';
import { ExtendLoan, type ExtendLoanV1, type ExtendLoanV2 } from '../index';
import { downcasts } from './downcast';
import exampleV1 from './examples/v1.json';
import exampleV2 from './examples/v2.json';
import { upcasts } from './upcast';

const v1 = dataFromJson(ExtendLoan.versions[1].schema, exampleV1) as ExtendLoanV1;
const v2 = dataFromJson(ExtendLoan.versions[2].schema, exampleV2) as ExtendLoanV2;

const codec = async () => {
  const registry = createInMemoryRegistry();
  for (const v of [1, 2] as const) {
    await registry.register(`${ExtendLoan.name}.v${version(v)}-value`, ExtendLoan.versions[v].schema);
  }
  const avro = createAvroCodec({ registry });
  await avro.prepare([ExtendLoan]);
  return avro;
};

describe('the translations of lending.ExtendLoan', () => {
  it('make version 1 with the days between request and end, over the end of a year too', async () => {
    expect(downcasts[1](v2)).toEqual(v1);
    const avro = await codec();
    expect(avro.decode(ExtendLoan, 1, avro.encode(ExtendLoan, 1, downcasts[1](v2)))).toEqual(v1);
  });

  it('make version 2 with the day, and say that the reason was not said', async () => {
    const newer = upcasts[2]?.(v1);
    expect(newer).toEqual({ ...v2, reason: 'NOT_SAID' });
    const avro = await codec();
    expect(avro.decode(ExtendLoan, 2, avro.encode(ExtendLoan, 2, newer))).toEqual(newer);
  });

  it('count whole days over the change of the clocks', () => {
    const over = { ...v2, askedOn: '2026-03-27', until: '2026-03-31' };
    expect(downcasts[1](over).days).toBe(4);
    expect(upcasts[2]?.(downcasts[1](over)).until).toBe('2026-03-31');
  });
});
