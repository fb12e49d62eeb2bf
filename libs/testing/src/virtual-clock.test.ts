import { delay } from '@baton/messaging';
import { VirtualClock } from './virtual-clock';

it('runs timers in order of their time, then of their setting, and lets promises settle in between', async () => {
  const clock = new VirtualClock(0);
  const seen: string[] = [];
  clock.after(20, () => seen.push('c'));
  clock.after(10, () => {
    void Promise.resolve().then(() => seen.push('after a'));
    seen.push('a');
  });
  clock.after(10, () => seen.push('b'));
  const cancel = clock.after(15, () => seen.push('never'));
  cancel();
  await clock.advance(15);
  expect(seen).toEqual(['a', 'after a', 'b']);
  expect(clock.now()).toBe(15);
  await clock.advance(5);
  expect(seen.at(-1)).toBe('c');
});

it('runs timers that timers set, within the time that passes', async () => {
  const clock = new VirtualClock(0);
  const at: number[] = [];
  const tick = (): void => {
    at.push(clock.now());
    clock.after(10, tick);
  };
  tick();
  await clock.advance(35);
  expect(at).toEqual([0, 10, 20, 30]);
});

it('stops at the moment a fact holds, and says which one never did', async () => {
  const clock = new VirtualClock(0);
  await clock.settle(delay(clock, 500));
  expect(clock.now()).toBe(500);
  await expect(clock.until(() => clock.now() < 0, 1_000)).rejects.toThrow(/clock.now\(\) < 0/);
  await expect(clock.settle(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});
