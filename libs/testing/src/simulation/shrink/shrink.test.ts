import { type Candidates, shrink } from './shrink';

interface SmallPlan {
  readonly steps: readonly number[];
  readonly latency: number;
}

const candidates: Candidates<SmallPlan> = {
  lists: [
    (plan) => ({
      length: plan.steps.length,
      without: (from, to) => ({ ...plan, steps: [...plan.steps.slice(0, from), ...plan.steps.slice(to)] }),
    }),
  ],
  numbers: [(plan) => ({ value: plan.latency, least: 0, with: (latency) => ({ ...plan, latency }) })],
};

const steps = Array.from({ length: 100 }, (_, i) => i);
const plan: SmallPlan = { steps, latency: 1_000 };

describe('shrinking', () => {
  it('leaves what the failure needs, and nothing else', async () => {
    const fails = async ({ steps: left, latency }: SmallPlan) =>
      left.includes(17) && left.includes(63) && latency >= 250;
    const { plan: shrunk, runs } = await shrink(plan, { candidates, fails });
    expect(shrunk).toEqual({ steps: [17, 63], latency: 250 });
    expect(runs).toBeLessThan(150);
  });

  it('comes down to nothing where everything fails', async () => {
    const { plan: shrunk } = await shrink(plan, { candidates, fails: async () => true });
    expect(shrunk).toEqual({ steps: [], latency: 0 });
  });

  it('keeps the plan where nothing smaller fails', async () => {
    const { plan: shrunk } = await shrink(plan, { candidates, fails: async (one) => one === plan });
    expect(shrunk).toBe(plan);
  });

  it('takes a run that rejects for one that does not fail', async () => {
    const fails = async ({ steps: left }: SmallPlan) => {
      if (!left.includes(5)) throw new Error('cannot run without step 5');
      return true;
    };
    const { plan: shrunk } = await shrink(plan, { candidates, fails });
    expect(shrunk.steps).toEqual([5]);
  });

  it('stops after so many runs', async () => {
    let asked = 0;
    const fails = async ({ steps: left }: SmallPlan) => {
      asked += 1;
      return left.length >= 98;
    };
    const { runs } = await shrink(plan, { candidates, fails, maxRuns: 7 });
    expect([runs, asked]).toEqual([7, 7]);
  });

  it('goes the same way every time', async () => {
    const way = async (): Promise<readonly string[]> => {
      const seen: string[] = [];
      const fails = async (one: SmallPlan) => {
        seen.push(JSON.stringify(one));
        return one.steps.includes(40);
      };
      await shrink(plan, { candidates, fails });
      return seen;
    };
    expect(await way()).toEqual(await way());
  });
});
