import { check } from '../check/check';
import { planOf } from '../plan';
import { run } from '../run';
import { addCounts, type Counts, countKinds, type FailingSeed, nothingFound, type Part } from './tally';

/** Runs and checks seeds one after the other; lets the event loop turn in between. */
export const runPart = async (
  { from, seeds }: { readonly from: number; readonly seeds: number },
  cpuMs: () => number,
): Promise<Part> => {
  const began = cpuMs();
  const failing: FailingSeed[] = [];
  let counts: Counts = nothingFound;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const { history, setting } = await run(planOf(seed));
    const violations = check(history, setting);
    if (violations.length > 0) {
      counts = addCounts(counts, countKinds(violations));
      failing.push({
        seed,
        violations: violations.map(({ kind, property, text }) => ({ kind, property, text })),
      });
    }
    await turn();
  }
  return { from, seeds, counts, failing, cpuMs: cpuMs() - began };
};

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
