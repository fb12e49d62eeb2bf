import { document, row } from '../test/results';
import { judgedAnew, problemsOf, rowResult } from './results';

describe('the result of a row', () => {
  const [result] = document.rows;

  it('judges targets on medians', () => {
    expect(result?.contenders[0]?.medians).toEqual({ rate: 700 });
    expect(result?.targets.map(({ verdict }) => verdict)).toEqual(['reached', 'not-reached', 'not-compared']);
  });

  it('compares with nobody who is missing, and passes nothing for it', () => {
    expect(result?.contenders[2]).toMatchObject({ missing: 'not installed', runs: [] });
    expect(result?.targets[2]).toMatchObject({ verdict: 'not-compared', floor: 'not-compared' });
  });

  it('gives the reason only where a target is not reached', () => {
    expect(result?.targets.map(({ because }) => because)).toEqual([undefined, 'Headers cost', undefined]);
  });

  it('goes on without runs that failed, and keeps why', () => {
    const some = rowResult(
      row,
      new Map([
        [
          'baton',
          [
            { kind: 'failed', because: 'broker away' },
            { kind: 'figures', figures: { rate: 5 } },
          ],
        ],
      ]),
    );
    expect(some.contenders[0]).toMatchObject({ medians: { rate: 5 }, failures: ['broker away'] });
    expect(problemsOf({ ...document, rows: [some] })).toEqual(['tiny: a run of baton failed: broker away']);
  });
});

describe('an earlier run', () => {
  it('is judged by the targets of today', () => {
    const target = { measure: 'rate', text: 'fast', met: () => false, because: 'the disk is slow' };
    const [judged] = judgedAnew(document, [{ ...row, targets: [target] }]).rows;
    expect(judged?.targets).toEqual([
      { measure: 'rate', text: 'fast', verdict: 'not-reached', because: 'the disk is slow' },
    ]);
    expect(judgedAnew(document, []).rows).toEqual(document.rows);
  });
});

describe('what must not pass in silence', () => {
  it('is a ratio below its floor in a quick run', () => {
    expect(problemsOf({ ...document, size: 'quick' })).toEqual([
      'tiny: rate is below the floor of a quick run (target: as much as kafkajs)',
    ]);
  });

  it('is not a target that a full run does not reach, or a peer that is missing', () => {
    expect(problemsOf(document)).toEqual([]);
  });
});
