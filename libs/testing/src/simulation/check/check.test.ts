import { check } from './check';
import { HistoryMaker, smallSetting } from './make-history';

/** A whole binding without a fault: v1 until the cut, v2 from it on. */
export const binding = (): HistoryMaker => {
  const h = new HistoryMaker();
  const since = h.now + 11_000;
  h.registers()
    .joins()
    .reads()
    .commitsAll()
    .delivers()
    .sees([[Number.NEGATIVE_INFINITY, 1]]);
  h.publish('e1').handles('e1', 1).moves(1, 0, 2).moves(2, 0, 2).commitsAll();
  h.after(1_000).proposes(2, 10_000).delivers().acknowledges().lists(['m-r1']).confirms().delivers();
  h.sees([
    [Number.NEGATIVE_INFINITY, 1],
    [since, 2],
  ]);
  h.publish('e2').beats().handles('e2', 1).moves(1, 2, 4).commitsAll();
  h.after(10_000).beats().publish('e3').handles('e3', 2).commitsAll();
  return h.settles();
};

describe('the checker', () => {
  it('finds nothing in a binding without a fault', () => {
    expect(check(binding().history(), smallSetting)).toEqual([]);
  });

  it('finds nothing in an empty history', () => {
    expect(check([], smallSetting)).toEqual([]);
  });
});
