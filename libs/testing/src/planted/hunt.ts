import type { History, HistorySetting, Violation } from '../simulation/history';
import type { Found, Job } from './job';

/** The simulation as it was loaded, with a bug planted or without. */
export interface Simulation<Plan> {
  readonly planOf: (seed: number) => Plan;
  readonly run: (plan: Plan) => Promise<{ readonly history: History; readonly setting: HistorySetting }>;
  readonly check: (history: History, setting: HistorySetting) => readonly Violation[];
}

/** Runs one seed after another until the checker objects, or the seeds or the time are over. */
export const hunt = async <Plan>(
  { from, seeds, seconds }: Job,
  { planOf, run, check }: Simulation<Plan>,
  { now, cpuMs, goingOn }: { now: () => number; cpuMs: () => number; goingOn: () => void },
): Promise<Found> => {
  const beganAt = now();
  const passed = (): number => (now() - beganAt) / 1000;
  let migrations = 0;
  for (let seed = from; seed < from + seeds && cpuMs() < seconds * 1000; seed += 1) {
    migrations += 1;
    const { history, setting } = await run(planOf(seed));
    const [violation] = check(history, setting);
    if (violation !== undefined) return { kind: 'caught', seed, migrations, seconds: passed(), violation };
    goingOn();
  }
  return { kind: 'nothing', migrations, seconds: passed() };
};
