import { createRandom } from '../random';
import type { Action, PartPlan } from './actions';
import { type Counts, countsOf, type Fault, faults, levels, partsOf, shareOf, table } from './levels';
import { planPart } from './plan-part';

const faultOf: Readonly<Record<Exclude<Action['do'], 'bind' | 'malform'>, Fault>> = {
  'kill-consumer': 'consumer-kill',
  'kill-publisher': 'publisher-kill',
  'pause-consumer': 'consumer-pause',
  'pause-publisher': 'publisher-pause',
  'kill-broker': 'broker-kill',
  'kill-leader': 'leader-kill',
  'pause-broker': 'broker-pause',
  network: 'network',
  'drop-responses': 'dropped-response',
  'registry-outage': 'registry-outage',
  storm: 'rebalance-storm',
  clock: 'clock',
  abort: 'aborted-transaction',
  hang: 'hanging-transaction',
  'kill-relay': 'relay-kill',
  'pause-relay': 'relay-pause',
  'kill-inbox': 'inbox-kill',
  'pause-inbox': 'inbox-pause',
  'kill-database': 'database-kill',
  'disk-full': 'disk-full',
  accident: 'topic-accident',
};

const actionsOf = (plan: PartPlan): readonly Action[] =>
  plan.lanes.flatMap(({ steps }) => steps.map(({ action }) => action));

const countIn = (plans: readonly PartPlan[]): Counts => {
  const counts = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>;
  for (const action of plans.flatMap(actionsOf)) {
    if (action.do === 'bind') {
      counts[`bind-${action.how}`] += 1;
      counts['script-kill'] += action.kills.length;
    } else if (action.do === 'malform') {
      counts['malformed-payload'] += action.payloads;
      counts['malformed-headers'] += action.headers;
    } else counts[faultOf[action.do]] += 1;
  }
  return counts;
};

const plansOf = (counts: Counts, seed: number): readonly PartPlan[] => {
  const { one, three } = partsOf(counts);
  return Array.from({ length: one + three }, (_, i) => planPart({ counts, part: i + 1, seed }));
};

describe('the plan of a run', () => {
  it.each(levels)('makes exactly the faults of the table at level %s', (level) => {
    const wanted = Object.fromEntries(faults.map((fault) => [fault, table[fault][level]]));
    expect(countIn(plansOf(countsOf(level), 1))).toEqual(wanted);
  });

  it('makes one fault alone where a person asks for it', () => {
    const counts = countIn(plansOf(countsOf('pr', 'consumer-kill'), 1));
    expect(counts['consumer-kill']).toBe(table['consumer-kill'].pr);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(table['consumer-kill'].pr);
  });

  it('is the same for the same seed, and another for another', () => {
    const counts = countsOf('pr');
    expect(plansOf(counts, 5)).toEqual(plansOf(counts, 5));
    expect(plansOf(counts, 5)).not.toEqual(plansOf(counts, 6));
  });

  it('moves no stream forward twice within a part, and back only what it has moved forward before', () => {
    for (const plan of plansOf(countsOf('night'), 3)) {
      const forward = new Set<string>();
      for (const action of actionsOf(plan)) {
        if (action.do !== 'bind') continue;
        const stream = `${action.group} ${action.eventType}`;
        if (action.how === 'back') expect(forward).toContain(stream);
        else {
          expect(forward).not.toContain(stream);
          forward.add(stream);
        }
      }
    }
  });

  it('kills leaders in parts with three brokers only', () => {
    for (const plan of plansOf(countsOf('night'), 3)) {
      const kinds = new Set(actionsOf(plan).map((action) => action.do));
      expect(kinds.has('kill-leader')).toBe(plan.brokers === 3);
    }
  });
});

describe('a share', () => {
  it('adds up to the whole over all parts', () => {
    for (const [total, parts] of [
      [3, 2],
      [0, 4],
      [50, 27],
      [100_000, 27],
    ] as const) {
      const shares = Array.from({ length: parts }, (_, i) => shareOf(total, i + 1, parts));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }
  });
});

describe('the randomness of a run', () => {
  it('comes from the seed alone, and forks do not depend on what was drawn before', () => {
    const [one, other] = [createRandom(9), createRandom(9)];
    one.next();
    expect(one.fork('a').next()).toBe(other.fork('a').next());
    expect(other.fork('a').next()).not.toBe(other.fork('b').next());
  });

  it('stays within its bounds and reaches both', () => {
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 300 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });

  it('shuffles without losing anything', () => {
    const rows = Array.from({ length: 20 }, (_, i) => i);
    const shuffled = createRandom(2).shuffle(rows);
    expect(shuffled).not.toEqual(rows);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(rows);
  });
});
