import type { Handling } from './check-handlings';
import { recoverySamples, summarize } from './recovery';
import type { FaultLine } from './types';

const groups = [{ group: 'g', eventTypes: ['area.Type'] }];

const fault = (name: string, from: number, healed: number, target = ''): FaultLine => ({
  ...{ fault: name, target, from, healed, note: '', outcome: 'done', times: 1 },
});

const handledAt = (...times: readonly number[]): readonly Handling[] =>
  times.map((t) => ({
    ...{
      kind: 'handler-ended',
      group: 'g',
      topic: 'area.Type.v1',
      partition: 0,
      offset: 0,
      id: 'e',
      key: 'k',
    },
    ...{ version: 1, note: 'p/1/1', attempt: 1, worker: 'c1', incarnation: 1, t },
  }));

describe('recovery', () => {
  it('lasts from the healing of a fault to the first event handled on a stream', () => {
    expect(recoverySamples([fault('consumer-kill', 5, 10)], groups, handledAt(9, 30, 14))).toEqual([4]);
  });

  it('is not measured for what disturbs nobody, nor where the group was stopped or everybody disturbed again', () => {
    const samples = (other: FaultLine) =>
      recoverySamples([fault('consumer-kill', 5, 10), other], groups, handledAt(9, 30));
    expect(samples(fault('clock', 5, 10))).toEqual([20]);
    expect(samples(fault('group-stopped', 12, 25, 'g'))).toEqual([]);
    expect(samples(fault('group-stopped', 12, 25, 'another'))).toEqual([20]);
    expect(samples(fault('broker-kill', 12, 25))).toEqual([5]);
    expect(samples(fault('publisher-kill', 12, 25))).toEqual([20, 5]);
  });

  it('is summed up by median, p99 and the longest', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(summarize(hundred)).toEqual({ median: 51, p99: 100, max: 100, samples: 100 });
    expect(summarize([])).toEqual({ median: 0, p99: 0, max: 0, samples: 0 });
  });
});
