import { createRandom } from './simulation/random';
import { TimerHeap } from './timer-heap';

it('gives timers in order of their time, those of one instant in the order they were added', () => {
  const random = createRandom('heap');
  const heap = new TimerHeap();
  const expected: { at: number; order: number }[] = [];
  const seen: { at: number; order: number }[] = [];
  for (let order = 0; order < 500; order += 1) {
    const at = random.int(0, 60);
    const cancel = heap.add(at, () => seen.push({ at, order }));
    if (random.chance(0.2)) cancel();
    else expected.push({ at, order });
  }
  for (let timer = heap.takeUntil(60); timer !== undefined; timer = heap.takeUntil(60)) timer.callback();
  expect(seen).toEqual(expected.sort((a, b) => a.at - b.at || a.order - b.order));
});

it('gives no timer before it is due', () => {
  const heap = new TimerHeap();
  heap.add(10, () => {});
  expect(heap.takeUntil(9)).toBeUndefined();
  expect(heap.takeUntil(10)).toMatchObject({ at: 10 });
  expect(heap.takeUntil(1_000)).toBeUndefined();
});
