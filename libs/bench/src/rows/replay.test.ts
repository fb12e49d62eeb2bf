import { assertWhole, foldMs, replay } from './replay';

describe('the row of the replay', () => {
  it('counts a run only if every entry was read and counts', () => {
    const state = { entries: 3, voids: 0, groups: new Map([['a', 1]]) };
    expect(() => assertWhole(state, { entries: 3, groups: 1 })).not.toThrow();
    expect(() => assertWhole({ ...state, voids: 1 }, { entries: 3, groups: 1 })).toThrow('1 of them void');
    expect(() => assertWhole(state, { entries: 4, groups: 1 })).toThrow('Expected 4 valid entries');
  });

  it('folds entries of which none is void', () => {
    expect(foldMs({ entries: 2_000, groups: 50, members: 3 })).toBeGreaterThan(0);
  });

  it('is reached under two seconds, for each shape of a log', () => {
    const verdicts = (many: number, one: number) =>
      replay.targets.map((target) =>
        target.met(
          new Map([
            ['many groups', { replay: many }],
            ['few groups', { replay: one }],
          ]),
        ),
      );
    expect(verdicts(1_900, 2_100)).toEqual([true, false]);
  });
});
