import fc from 'fast-check';
import { withEntry } from './table';

const empty: ReadonlyMap<string, number> = new Map();
const filled = (count: number) =>
  Array.from({ length: count }).reduce<ReadonlyMap<string, number>>(
    (map, _, i) => withEntry(map, `key-${i}`, i),
    empty,
  );

describe('a table', () => {
  const keys = Array.from({ length: 151 }, (_, n) => `${n}`);

  it('is a map after any additions, and so is every table that it was made from', () => {
    const steps = fc.array(fc.tuple(fc.nat(150), fc.nat(), fc.nat(5)), { maxLength: 150 });
    fc.assert(
      fc.property(steps, (all) => {
        const made: { table: ReadonlyMap<string, number>; model: Map<string, number> }[] = [
          { table: empty, model: new Map() },
        ];
        for (const [n, value, back] of all) {
          const from = made[Math.max(0, made.length - 1 - back)];
          if (from === undefined) continue;
          made.push({
            table: withEntry(from.table, `${n}`, value),
            model: new Map(from.model).set(`${n}`, value),
          });
        }
        for (const { table, model } of made) {
          expect([...table]).toEqual([...model]);
          expect(table.size).toBe(model.size);
          const wrong = keys.filter(
            (key) => table.get(key) !== model.get(key) || table.has(key) !== model.has(key),
          );
          expect(wrong).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('lists keys, values and entries in the order of their first addition', () => {
    const table = withEntry(filled(130), 'key-3', -3);
    expect([...table.keys()].slice(0, 4)).toEqual(['key-0', 'key-1', 'key-2', 'key-3']);
    expect([...table.values()].slice(0, 4)).toEqual([0, 1, 2, -3]);
    const seen: [string, number][] = [];
    table.forEach((value, key) => {
      seen.push([key, value]);
    });
    expect(seen).toEqual([...table.entries()]);
  });

  it('takes a map that is none over', () => {
    expect([...withEntry(new Map([['a', 1]]), 'b', 2)]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
});
