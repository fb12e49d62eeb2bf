import { assertSame, codec } from './codec';

const verdicts = (baton: number, client: number) =>
  codec.targets.map((target) =>
    target.met(
      new Map([
        ['baton', { encode: baton, decode: baton }],
        ['registry client', { encode: client, decode: client }],
      ]),
    ),
  );

describe('the row of the codec', () => {
  it('is reached at half of the registry client, and not above', () => {
    expect(verdicts(0.5, 1)).toEqual([true, true]);
    expect(verdicts(0.6, 1)).toEqual([false, false]);
  });

  it('fails a run whose data come back otherwise', () => {
    expect(() => assertSame({ a: 1 }, { a: 2 })).toThrow('decoded again');
    expect(() => assertSame({ a: [1] }, { a: [1] })).not.toThrow();
  });

  it.each(codec.contenders)('measures both ways of %s', async (contender) => {
    const found = await codec.run(contender, { size: 'quick', env: {}, round: 1 });
    expect(found.encode).toBeGreaterThan(0);
    expect(found.decode).toBeGreaterThan(0);
  });
});
