import { memoryFigures, slope, watchMemory } from './memory-watch';

const mb = 1_048_576;

describe('the memory of a process', () => {
  it('grows as the line through its samples does, the first third left out', () => {
    const live = (atMs: number) => (atMs < 20_000 ? atMs * mb : 200 * mb + (atMs / 60_000) * 3 * mb);
    const samples = Array.from({ length: 61 }, (_, i) => i * 1_000).map((atMs) => ({
      atMs,
      rss: 300 * mb,
      live: live(atMs),
    }));
    expect(memoryFigures(samples).growth).toBeCloseTo(3);
    expect(memoryFigures(samples).peakRss).toBe(300);
  });

  it('is flat without points to tell', () => {
    expect(slope([])).toBe(0);
    expect(slope([[1, 1]])).toBe(0);
    expect(
      slope([
        [1, 1],
        [2, 1],
      ]),
    ).toBe(0);
  });

  it('is looked at when the watch ends', () => {
    const samples = watchMemory(60_000).stop();
    expect(samples).toHaveLength(1);
    expect(samples[0]?.live).toBeGreaterThan(mb);
  });
});
