import { assertSeen, consumeWindow, counting, passedBy, type Seen } from './consume-window';

const verdicts = (messages: Readonly<Record<string, number>>) =>
  consumeWindow.targets.map((target) =>
    target.met(new Map(Object.entries(messages).map(([name, figure]) => [name, { messages: figure }]))),
  );

describe('the row of the window', () => {
  it('counts a run only if every event was handled once', async () => {
    const seen: Seen = { count: 0, sum: 0 };
    const handle = counting(seen);
    const loanOf = (n: number) => ({ borrowedAt: 1_790_000_000_000 + n }) as Parameters<typeof handle>[0];
    for (const n of [0, 1, 2]) await handle(loanOf(n));
    expect(() => assertSeen(seen, 3)).not.toThrow();
    expect(() => assertSeen(seen, 4)).toThrow('Expected 4 events once each');
    await handle(loanOf(0));
    expect(() => assertSeen(seen, 4)).toThrow('sum');
  });

  it('counts processed and skipped messages of all versions as decided', () => {
    expect(
      passedBy({
        processed: new Map([['a.v1', 2]]),
        skipped: new Map([
          ['a.v1', 3],
          ['a.v2', 4],
        ]),
      }),
    ).toBe(9);
  });

  it('is reached at 0.95 of hand-written kafkajs, with skipping faster than decoding', () => {
    expect(
      verdicts({ baton: 95, kafkajs: 100, 'baton, all decoded': 100, 'baton, all skipped': 130 }),
    ).toEqual([true, true]);
    expect(
      verdicts({ baton: 90, kafkajs: 100, 'baton, all decoded': 100, 'baton, all skipped': 110 }),
    ).toEqual([false, false]);
    expect(verdicts({ baton: 90 })).toEqual([undefined, undefined]);
  });
});
