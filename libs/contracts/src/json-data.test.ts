import { createRandom } from '../test-support/random';
import { randomData } from '../test-support/random-data';
import { randomSchema } from '../test-support/random-schema';
import { dataFromJson, dataToJson } from './json-data';
import { schemaFromJson } from './parse-schema';

const record = (...fields: unknown[]) => ({ type: 'record', name: 'R', fields });

describe('data as plain JSON', () => {
  it('comes back as it was, over random schemas', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const random = createRandom(seed);
      const schema = randomSchema(random, { logicalTypes: true });
      const data = randomData(schemaFromJson(schema), random);
      const text = JSON.stringify(dataToJson(schema, data));
      expect(dataFromJson(schema, JSON.parse(text))).toEqual(data);
    }
  });

  it('gets the default of what is left out', () => {
    const schema = record(
      { name: 'note', type: ['null', 'string'], default: null },
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, default: 0 },
      { name: 'raw', type: 'bytes', default: 'ÿ' },
    );
    expect(dataFromJson(schema, {})).toEqual({ note: null, at: new Date(0), raw: Buffer.from([255]) });
  });

  it('is refused with every path that does not fit', () => {
    const schema = record(
      { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
      { name: 'days', type: { type: 'array', items: { type: 'int', logicalType: 'date' } } },
      { name: 'missing', type: 'string' },
    );
    const refused = () =>
      dataFromJson(schema, { at: 'yesterday', days: ['2026-02-28', '2026-02-29'], extra: 1 });
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        details: {
          problems: [
            { path: '$.extra', reason: 'R has no such field' },
            { path: '$.at', reason: 'expected long (timestamp-millis), got "yesterday"' },
            { path: '$.days[1]', reason: 'expected int (date), got "2026-02-29"' },
            { path: '$.missing', reason: 'expected string, but the field is missing' },
          ],
        },
      }),
    );
  });

  it('wraps a union whose branches look alike in JSON', () => {
    const schema = record({ name: 'value', type: ['null', 'string', 'bytes'] });
    expect(dataToJson(schema, { value: Buffer.from('a') })).toEqual({ value: { bytes: 'YQ==' } });
    expect(dataFromJson(schema, { value: { string: 'a' } })).toEqual({ value: 'a' });
    expect(() => dataFromJson(schema, { value: 'a' })).toThrow('{ "string": ... }');
  });
});
