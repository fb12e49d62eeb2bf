import { planOf } from '../plan';
import type { Plan } from '../plan-types';
import { shrinkPlan } from './shrink-plan';

const publishes = ({ steps }: Plan): number => steps.filter((step) => step.do === 'publish').length;

describe('shrinking a plan', () => {
  it('leaves the steps that the failure needs, one group, one publisher, one member, and a fast world', async () => {
    const plan = planOf(7);
    expect(publishes(plan)).toBeGreaterThan(2);
    const { plan: shrunk, runs } = await shrinkPlan(plan, async (one) => publishes(one) >= 2);
    expect(shrunk.steps.map((step) => step.do)).toEqual(['publish', 'publish']);
    expect([shrunk.groups.length, shrunk.publishers.length, shrunk.groups[0]?.members.length]).toEqual([
      1, 1, 1,
    ]);
    expect(shrunk.goals).toEqual({ ...plan.goals, bind: [], retire: [] });
    expect([shrunk.partitions, shrunk.latencyMs, shrunk.markerMs]).toEqual([1, [1, 1], [0, 0]]);
    expect(runs).toBeLessThan(400);
  });

  it('leaves the plan alone where nothing smaller fails', async () => {
    const plan = planOf(7);
    expect((await shrinkPlan(plan, async () => false)).plan).toBe(plan);
  });
});
