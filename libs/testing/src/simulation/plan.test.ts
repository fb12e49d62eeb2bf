import { type Plan, planOf } from './plan';
import { createRandom } from './random';

const plans = Array.from({ length: 300 }, (_, i) => planOf(i + 1));

describe('random numbers', () => {
  it('are the same for the same seed, within their bounds, and go everywhere', () => {
    const [one, same, other] = [createRandom('7'), createRandom('7'), createRandom('8')];
    const draw = (random: typeof one) => Array.from({ length: 200 }, () => random.int(1, 6));
    const drawn = draw(one);
    expect(draw(same)).toEqual(drawn);
    expect(draw(other)).not.toEqual(drawn);
    expect(new Set(drawn)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });

  it('of a fork depend on nothing that is drawn elsewhere', () => {
    const [one, other] = [createRandom('7'), createRandom('7')];
    other.next();
    expect(other.fork('a').next()).toBe(one.fork('a').next());
    expect(one.fork('b').next()).not.toBe(one.fork('a').next());
  });
});

describe('a plan', () => {
  it('is plain data, the same for the same seed', () => {
    for (const plan of plans.slice(0, 20)) {
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(planOf(plan.seed)).toEqual(plan);
    }
  });

  it('goes through its steps in order, and ends its faults after them', () => {
    for (const { steps, faultsOverAt } of plans) {
      const times = steps.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(Math.max(...times)).toBeLessThan(faultsOverAt);
    }
  });

  it('names only what is there', () => {
    for (const plan of plans) {
      const names = namesIn(plan);
      for (const step of plan.steps)
        if ('name' in step && step.name !== undefined) expect(names).toContain(step.name);
    }
  });

  it('now and then does everything that a plan can do', () => {
    const acts = new Set(plans.flatMap(({ steps }) => steps.map((step) => step.do)));
    expect([...acts].sort()).toEqual(
      expect.arrayContaining([
        'clock',
        'configure-member',
        'cut',
        'database-outage',
        'end-sessions',
        'expire-offsets',
        'fault',
        'foreign-abort',
        'freeze',
        'kill',
        'outage',
        'publish',
        'rebalance',
        'release-member',
        'release-publisher',
        'retention',
        'script',
        'slow',
        'stop',
      ]),
    );
    const faults = new Set(
      plans.flatMap(({ steps }) => steps.flatMap((s) => (s.do === 'fault' ? [s.fault.how] : []))),
    );
    expect(faults.size).toBe(9);
  });
});

const namesIn = ({ publishers, groups, steps }: Plan): readonly string[] => [
  ...publishers.map(({ name }) => name),
  ...groups.flatMap(({ members }) => members.map(({ name }) => name)),
  ...steps.flatMap((step) => (step.do === 'script' ? [step.name] : [])),
];
