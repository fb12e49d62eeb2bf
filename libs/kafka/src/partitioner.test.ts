import { partitioner } from './partitioner';

describe('the partitioner', () => {
  it('places keys as the Java client does (murmur2 over UTF-8)', () => {
    // from Utils.toPositive(Utils.murmur2(bytes)) of Kafka's own tests
    const hashes: [string, number][] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
      ['abc', 479470107],
    ];
    for (const [key, hash] of hashes) {
      for (const count of [1, 7, 12, 1_000_003])
        expect(partitioner(key, count)).toBe((hash & 0x7fffffff) % count);
    }
  });

  it('gives a partition for every key, beyond ASCII too, and the same one each time', () => {
    for (const key of ['ключ', '鍵', '🔑', 'é', ' ']) {
      const chosen = partitioner(key, 12);
      expect(chosen).toBeGreaterThanOrEqual(0);
      expect(chosen).toBeLessThan(12);
      expect(partitioner(key, 12)).toBe(chosen);
    }
  });
});
