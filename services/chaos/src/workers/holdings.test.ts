import { holdingsNow } from './holdings';

const megabytes = 40;
const fill = (): number[][] =>
  Array.from({ length: megabytes }, (_, i) => Array.from({ length: 125_000 }, (_, j) => i + j / 2));

/** What others left behind goes in its own time. */
const settled = (): number => {
  let heap = holdingsNow().heap;
  for (let tries = 0; tries < 50; tries += 1) {
    const next = holdingsNow().heap;
    if (Math.abs(next - heap) < 100_000) return next;
    heap = next;
  }
  return heap;
};

describe('what a process holds', () => {
  it('counts what it keeps, and no garbage', () => {
    const before = settled();
    const held = { numbers: fill() };
    expect(holdingsNow().heap - before).toBeGreaterThan((megabytes * 1_000_000) / 2);
    held.numbers = [];
    expect(holdingsNow().heap - before).toBeLessThan(5_000_000);
  });
});
