import fc from 'fast-check';
import { advance, allowPart, due, startPace } from './pace';

describe('the pace', () => {
  it('sends nothing before anything is allowed', () => {
    expect(due(advance(startPace(100, 1000), 5000))).toBe(0);
  });

  it('keeps the rate while there is room', () => {
    expect(due(advance(allowPart(startPace(100, 100_000), 0.5), 1000))).toBe(100);
  });

  it('slows down near the end of the room without ever passing it', () => {
    let pace = allowPart(startPace(100, 1000), 0.5);
    for (let i = 0; i < 1000; i += 1) pace = advance(pace, 20);
    expect(due(pace)).toBeGreaterThan(490);
    expect(due(pace)).toBeLessThanOrEqual(500);
  });

  it('sends the last events at the full rate, all of them and no more', () => {
    const pace = allowPart(startPace(100, 1000), 1);
    expect(due(advance(pace, 9990))).toBe(999);
    expect(due(advance(pace, 10_000))).toBe(1000);
    expect(due(advance(pace, 60_000))).toBe(1000);
  });

  it('never falls back and never exceeds rate or room', () => {
    const step = fc.record({ ms: fc.nat({ max: 3000 }), part: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let pace = startPace(100, 500);
        for (const { ms, part } of steps) {
          const before = allowPart(pace, part);
          pace = advance(before, ms);
          expect(pace.allowed).toBeGreaterThanOrEqual(before.allowed);
          expect(due(pace)).toBeGreaterThanOrEqual(due(before));
          expect(pace.earned - before.earned).toBeLessThanOrEqual((100 * ms) / 1000 + 1e-9);
          expect(due(pace)).toBeLessThanOrEqual(pace.allowed);
        }
      }),
    );
  });
});
