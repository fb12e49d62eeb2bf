import { planOf } from './plan';
import { run } from './run';

it('runs the same for the same seed, and otherwise for another', async () => {
  const first = await run(planOf(1));
  const again = await run(planOf(1));
  const other = await run(planOf(2));
  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
});

it('brings whole migrations to their end', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const { history } = await run(planOf(seed));
    expect(history.at(-1)).toMatchObject({ kind: 'ended', pending: [] });
  }
});
