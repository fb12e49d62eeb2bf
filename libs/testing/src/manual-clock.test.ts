import { createManualClock } from './manual-clock';

describe('the manual clock', () => {
  it('calls back in the order of time, also what is set on the way', async () => {
    const clock = createManualClock(100);
    const calls: string[] = [];
    clock.after(20, () => calls.push(`second ${clock.now()}`));
    clock.after(10, () => {
      calls.push(`first ${clock.now()}`);
      clock.after(5, () => calls.push(`between ${clock.now()}`));
    });
    clock.after(15, () => calls.push('cancelled'))();
    await clock.advance(19);
    expect(calls).toEqual(['first 110', 'between 115']);
    await clock.advance(1);
    expect(calls).toEqual(['first 110', 'between 115', 'second 120']);
  });

  it('runs work to its end, and says so when no timer can bring it there', async () => {
    const clock = createManualClock(0);
    const work = new Promise<number>((resolve) => {
      clock.after(1_000, () => resolve(clock.now()));
    });
    expect(await clock.runUntilSettled(work)).toBe(1_000);
    await expect(clock.runUntilSettled(new Promise(() => {}))).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(clock.runUntilSettled(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
