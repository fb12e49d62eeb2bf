import { createPace, within } from './pace';

describe('a pace', () => {
  it('leaves out what warms up', async () => {
    let now = 0;
    const pace = createPace({ total: 100, warmUp: 0.2, now: () => now });
    for (const [at, done] of [
      [900, 10],
      [1_000, 20],
      [1_100, 60],
      [1_200, 100],
    ] as const) {
      now = at;
      pace.reached(done);
    }
    expect(await pace.perSecond).toBe(400);
  });

  it('ends with the first report that everything is done', async () => {
    let now = 0;
    const pace = createPace({ total: 10, warmUp: 0, now: () => now });
    pace.reached(0);
    now = 10;
    pace.reached(10);
    now = 99;
    pace.reached(10);
    expect(await pace.perSecond).toBe(1_000);
  });
});

describe('a limit', () => {
  it('ends what stands still, and passes on what is done in time', async () => {
    await expect(within(1, 'an answer', new Promise(() => {}))).rejects.toThrow('an answer within 0.001 s');
    expect(await within(1_000, 'an answer', Promise.resolve(7))).toBe(7);
  });
});
