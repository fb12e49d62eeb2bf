import { holdingsNow } from './holdings';

const megabytes = 40;
const fill = (): number[][] =>
  Array.from({ length: megabytes }, (_, i) => Array.from({ length: 125_000 }, (_, j) => i + j / 2));

describe('what a process holds', () => {
  it('counts what it keeps, and no garbage', () => {
    const before = holdingsNow().heap;
    const held = { numbers: fill() };
    expect(holdingsNow().heap - before).toBeGreaterThan((megabytes * 1_000_000) / 2);
    held.numbers = [];
    expect(holdingsNow().heap - before).toBeLessThan(5_000_000);
  });
});
