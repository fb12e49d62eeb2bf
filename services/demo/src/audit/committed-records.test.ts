import fc from 'fast-check';
import { createCommittedFilter, type LoggedRecord } from './committed-records';

interface Row extends LoggedRecord {
  readonly name: string;
}

const data = (producer: string | undefined, name: string): Row => ({
  kind: 'data',
  transactionOf: producer,
  name,
});
const marker = (kind: 'commit-marker' | 'abort-marker', producer: string): Row => ({
  kind,
  transactionOf: producer,
  name: kind,
});

const committedOf = (rows: readonly Row[]): readonly string[] => {
  const filter = createCommittedFilter<Row>();
  for (const row of rows) filter.push(row);
  return filter.committed.map(({ name }) => name);
};

describe('the committed filter', () => {
  it('keeps a record outside a transaction at once', () => {
    expect(committedOf([data(undefined, 'plain')])).toEqual(['plain']);
  });

  it('keeps nothing of a transaction before its marker, and says how much is undecided', () => {
    const filter = createCommittedFilter<Row>();
    filter.push(data('a', 'a1'));
    filter.push(data('a', 'a2'));
    expect(filter.committed).toEqual([]);
    expect(filter.undecided()).toBe(2);
  });

  it('drops the older of two overlapping transactions although the younger one aborts first', () => {
    expect(
      committedOf([
        data('a', 'a-aborted'),
        data('b', 'b-aborted'),
        data('c', 'c-committed'),
        marker('abort-marker', 'b'),
        data('a', 'a-aborted-too'),
        marker('abort-marker', 'a'),
        marker('commit-marker', 'c'),
      ]),
    ).toEqual(['c-committed']);
  });

  it('judges the next transaction of a producer by its own marker', () => {
    expect(
      committedOf([
        data('a', 'first'),
        marker('abort-marker', 'a'),
        data('a', 'second'),
        marker('commit-marker', 'a'),
      ]),
    ).toEqual(['second']);
  });

  it('keeps exactly the committed transactions of any interleaving', () => {
    const step = fc.record({
      producer: fc.constantFrom('a', 'b', 'c'),
      kind: fc.constantFrom('data', 'data', 'commit-marker', 'abort-marker'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const rows = steps.map(
          ({ producer, kind }, index): Row => ({
            kind: kind as Row['kind'],
            transactionOf: producer,
            name: String(index),
          }),
        );
        const expected = rows
          .filter((row, index) => {
            const end = rows
              .slice(index)
              .find((later) => later.transactionOf === row.transactionOf && later.kind !== 'data');
            return row.kind === 'data' && end?.kind === 'commit-marker';
          })
          .map(({ name }) => name);
        expect([...committedOf(rows)].sort()).toEqual(expected.sort());
      }),
    );
  });
});
