import type { Plan } from '../plan-types';
import { type Candidates, type ShrinkableList, type ShrinkableNumber, type Shrunk, shrink } from './shrink';

type PlanList = (plan: Plan) => ShrinkableList<Plan>;
type PlanNumber = (plan: Plan) => ShrinkableNumber<Plan>;

/**
 * Makes the plan of a failing run as small as it goes: fewer steps, goals, publishers and members, then a smaller and
 * faster world. Deterministic, as `fails` is.
 */
export const shrinkPlan = (
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  maxRuns = 400,
): Promise<Shrunk<Plan>> => shrink(plan, { candidates, fails, maxRuns });

const list =
  <T>(of: (plan: Plan) => readonly T[], replace: (plan: Plan, left: readonly T[]) => Plan): PlanList =>
  (plan) => {
    const all = of(plan);
    return {
      length: all.length,
      without: (from, to) => replace(plan, [...all.slice(0, from), ...all.slice(to)]),
    };
  };

const number =
  (
    of: (plan: Plan) => number,
    replace: (plan: Plan, value: number) => Plan,
    least: (plan: Plan) => number,
  ): PlanNumber =>
  (plan) => ({ value: of(plan), least: least(plan), with: (value) => replace(plan, value) });

/** Of groups and publishers only later ones are left out, since steps name them. */
const lists: readonly PlanList[] = [
  list(
    ({ steps }) => steps,
    (plan, steps) => ({ ...plan, steps }),
  ),
  list(
    ({ goals }) => goals.retire,
    (plan, retire) => ({ ...plan, goals: { ...plan.goals, retire } }),
  ),
  list(
    ({ goals }) => goals.bind,
    (plan, bind) => ({ ...plan, goals: { ...plan.goals, bind } }),
  ),
  list(
    ({ groups }) => groups.slice(1),
    (plan, groups) => ({ ...plan, groups: [...plan.groups.slice(0, 1), ...groups] }),
  ),
  list(
    ({ publishers }) => publishers.slice(1),
    (plan, publishers) => ({ ...plan, publishers: [...plan.publishers.slice(0, 1), ...publishers] }),
  ),
  list(
    ({ groups }) => groups[0]?.members.slice(1) ?? [],
    (plan, members) => ({
      ...plan,
      groups: plan.groups.map((group, i) =>
        i === 0 ? { ...group, members: [...group.members.slice(0, 1), ...members] } : group,
      ),
    }),
  ),
];

const numbers: readonly PlanNumber[] = [
  number(
    ({ partitions }) => partitions,
    (plan, partitions) => ({ ...plan, partitions }),
    () => 1,
  ),
  number(
    ({ failsOneIn }) => failsOneIn,
    (plan, failsOneIn) => ({ ...plan, failsOneIn }),
    () => 0,
  ),
  number(
    ({ handlerMs }) => handlerMs[1],
    (plan, most) => ({ ...plan, handlerMs: [Math.min(plan.handlerMs[0], most), most] }),
    () => 0,
  ),
  number(
    ({ latencyMs }) => latencyMs[1],
    (plan, most) => ({ ...plan, latencyMs: [Math.min(plan.latencyMs[0], most), most] }),
    () => 1,
  ),
  number(
    ({ markerMs }) => markerMs[1],
    (plan, most) => ({ ...plan, markerMs: [Math.min(plan.markerMs[0], most), most] }),
    () => 0,
  ),
  number(
    ({ faultsOverAt }) => faultsOverAt,
    (plan, faultsOverAt) => ({ ...plan, faultsOverAt }),
    ({ steps }) => Math.max(0, ...steps.map(({ at }) => at)),
  ),
];

const candidates: Candidates<Plan> = { lists, numbers };
