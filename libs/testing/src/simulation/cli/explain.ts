import { check } from '../check/check';
import type { Violation } from '../history';
import { narrate } from '../narrate/narrate';
import { type Plan, planOf } from '../plan';
import { run } from '../run';
import { shrinkPlan } from '../shrink/shrink-plan';

/** How often a failing plan is run again at most, and for how long, to make it smaller. */
const most = { runs: 300, cpuMs: 60_000 } as const;

/** A failing seed in words: its plan is made as small as it goes and fails in the same way, then told. */
export const explain = async (seed: number, cpuMs: () => number): Promise<string> => {
  const plan = planOf(seed);
  const [first] = await violationsOf(plan);
  if (first === undefined) return `Seed ${seed}: nothing found.\n`;
  const until = cpuMs() + most.cpuMs;
  const fails = async (smaller: Plan): Promise<boolean> => {
    if (cpuMs() > until) return false;
    const violations = await violationsOf(smaller);
    return violations.some(({ kind, property }) => kind === first.kind && property === first.property);
  };
  const shrunk = await shrinkPlan(plan, fails, most.runs);
  const { history, setting } = await run(shrunk.plan);
  const same = check(history, setting).find(({ property }) => property === first.property) ?? first;
  return [
    `Seed ${seed}, shrunk from ${plan.steps.length} to ${shrunk.plan.steps.length} steps:`,
    ...narrate(history, same, setting),
    `The whole of it: npm run simulate -- --from ${seed} --trace`,
    '',
  ].join('\n');
};

const violationsOf = async (plan: Plan): Promise<readonly Violation[]> => {
  const { history, setting } = await run(plan);
  return check(history, setting);
};
