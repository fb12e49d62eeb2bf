import type { FetchedRecord } from '@baton/messaging';
import { PartitionLog } from '@baton/testing';
import * as fc from 'fast-check';
import { readCommittedFilter } from './aborted-reads';

const data = (producer: string | undefined, key: Buffer | null = null) =>
  ({
    timestamp: 0,
    key,
    value: null,
    headers: {},
    kind: 'data',
    transactionOf: producer,
  }) as const;

const visibleOffsets = (log: PartitionLog, from = 0, max = 1_000): number[] => {
  const { records, aborted } = log.fetch(from, max);
  const isVisible = readCommittedFilter(aborted);
  return records.filter((record) => isVisible(record)).map(({ offset }) => offset);
};

describe('readCommittedFilter', () => {
  it('hides both of two overlapping aborted transactions, listed in order of completion', () => {
    const log = new PartitionLog();
    log.append(data('a'));
    log.append(data('b'));
    log.append(data('a'));
    log.endTransaction('b', 'abort', 0);
    log.append(data('a'));
    log.endTransaction('a', 'abort', 0);
    log.append(data('b'));
    log.endTransaction('b', 'commit', 0);

    expect(log.fetch(0, 100).aborted.map(({ producerId }) => producerId)).toEqual(['b', 'a']);
    expect(visibleOffsets(log)).toEqual([6]);
  });

  it('does not take a key of four zero bytes for an abort marker', () => {
    const log = new PartitionLog();
    log.append(data('a', Buffer.alloc(4)));
    log.append(data('a', Buffer.alloc(4)));
    log.endTransaction('a', 'abort', 0);

    expect(visibleOffsets(log)).toEqual([]);
  });

  it('shows what a producer commits after its aborted transaction', () => {
    const log = new PartitionLog();
    log.append(data('a'));
    log.endTransaction('a', 'abort', 0);
    log.append(data('a'));
    log.endTransaction('a', 'commit', 0);
    log.append(data('a'));
    log.endTransaction('a', 'abort', 0);

    expect(visibleOffsets(log)).toEqual([2]);
  });

  it('hides the rest of a transaction that began before the fetched offset', () => {
    const log = new PartitionLog();
    for (let i = 0; i < 3; i += 1) log.append(data('a'));
    log.endTransaction('a', 'abort', 0);
    log.append(data(undefined));

    expect(visibleOffsets(log, 2)).toEqual([4]);
  });

  it('agrees with the log itself on whatever was written and wherever it is fetched', () => {
    const step = fc.record({
      producer: fc.constantFrom('a', 'b', 'c', undefined),
      act: fc.constantFrom('write', 'write', 'write', 'commit', 'abort'),
    });
    const property = fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.nat(30),
      fc.integer({ min: 1, max: 40 }),
      (steps, from, max) => {
        const log = new PartitionLog();
        const open = new Map<string, number[]>();
        const hidden = new Set<number>();
        const control = new Set<number>();
        for (const { producer, act } of steps) {
          if (producer === undefined || act === 'write') {
            const offset = log.append(data(producer));
            if (producer !== undefined) open.set(producer, [...(open.get(producer) ?? []), offset]);
            continue;
          }
          if (!open.has(producer)) continue;
          control.add(log.highWatermark());
          if (act === 'abort') for (const offset of open.get(producer) ?? []) hidden.add(offset);
          open.delete(producer);
          log.endTransaction(producer, act as 'commit' | 'abort', 0);
        }
        const stable = Math.min(log.highWatermark(), ...[...open.values()].flat());
        const expected = [];
        for (let offset = from; offset < Math.min(from + max, stable); offset += 1)
          if (!hidden.has(offset) && !control.has(offset)) expected.push(offset);
        expect(visibleOffsets(log, from, max)).toEqual(expected);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

it('passes everything but control records where nothing was aborted', () => {
  const isVisible = readCommittedFilter([]);
  const record = (kind: FetchedRecord['kind']): FetchedRecord => ({ ...data('a'), offset: 0, kind });
  expect(isVisible(record('data'))).toBe(true);
  expect(isVisible(record('commit-marker'))).toBe(false);
  expect(isVisible(record('other-control'))).toBe(false);
});
