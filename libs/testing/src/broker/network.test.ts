import { VirtualClock } from '../virtual-clock';
import type { Fault, Outage } from './faults';
import { Network } from './network';
import { SimulatedProcess } from './process';

const set = () => {
  const clock = new VirtualClock(0);
  const hits: string[] = [];
  const network = new Network({
    clock,
    latency: 10,
    patience: { append: 1_000, 'commit-offsets': 1_000 },
    onHit: (process, { how }) => hits.push(`${process} ${how}`),
  });
  const process = new SimulatedProcess('a', clock);
  const effects: string[] = [];
  const answers: string[] = [];
  const ask = (name: string, operation: 'append' | 'commit-offsets' = 'append'): void => {
    network
      .call(process, operation, () => {
        effects.push(`${name} at ${clock.now()}`);
        return name;
      })
      .then(
        () => answers.push(`${name} at ${clock.now()}`),
        (error) => answers.push(`${name} failed with ${error.code} at ${clock.now()}`),
      );
  };
  return { clock, network, process, effects, answers, ask, hits };
};

const withFault = async (fault: Pick<Fault, 'how' | 'byMs'>, ms = 20_000) => {
  const scene = set();
  scene.network.fail({ operation: 'append', ...fault });
  scene.ask('x');
  await scene.clock.advance(ms);
  return scene;
};

describe('the network', () => {
  it('has an effect one way later, and the answer one way after that', async () => {
    const { clock, effects, answers, ask } = set();
    ask('x');
    await clock.advance(100);
    expect({ effects, answers }).toEqual({ effects: ['x at 10'], answers: ['x at 20'] });
  });

  it.each([
    ['lost-request', undefined, [], ['x failed with outcome-unknown at 10']],
    ['lost-response', undefined, ['x at 10'], ['x failed with outcome-unknown at 20']],
    ['late-request', 500, ['x at 510'], ['x at 520']],
    ['late-request', 5_000, ['x at 5010'], ['x failed with outcome-unknown at 1000']],
    ['late-response', 500, ['x at 10'], ['x at 520']],
    ['late-response', 5_000, ['x at 10'], ['x failed with outcome-unknown at 1010']],
    ['twice', 30, ['x at 10', 'x at 40'], ['x at 50']],
    ['kill-before', undefined, [], []],
    ['kill-after', undefined, ['x at 10'], []],
  ] as const)('hits a request with %s (%s ms)', async (how, byMs, expected, answered) => {
    const { effects, answers, process, hits } = await withFault(byMs === undefined ? { how } : { how, byMs });
    expect({ effects, answers }).toEqual({ effects: expected, answers: answered });
    expect(process.isAlive()).toBe(!how.startsWith('kill'));
    expect(hits).toEqual([`a ${how}`]);
  });

  it.each([
    ['freeze-before', [], ['x at 5010']],
    ['freeze-after', ['x at 10'], ['x at 10']],
  ] as const)('pauses a process with %s, and lets it go on', async (how, frozen, thawed) => {
    const { clock, effects, answers, process } = await withFault({ how }, 5_000);
    expect({ effects: [...effects], answers: [...answers] }).toEqual({ effects: frozen, answers: [] });
    process.thaw();
    await clock.advance(100);
    expect(effects).toEqual(thawed);
    expect(answers).toHaveLength(1);
  });

  it('keeps the order of what one connection carries, however late the first comes', async () => {
    const { clock, network, effects, ask } = set();
    network.fail({ operation: 'commit-offsets', how: 'late-request', byMs: 3_000 });
    ask('first', 'commit-offsets');
    ask('second', 'commit-offsets');
    await clock.advance(10_000);
    expect(effects).toEqual(['first at 3010', 'second at 3010']);
  });

  it('hits only the process and the times that the fault names', async () => {
    const { clock, network, effects, ask } = set();
    network.fail({ operation: 'append', how: 'lost-request', process: 'b' });
    network.fail({ operation: 'append', how: 'lost-request', process: 'a', times: 2 });
    for (const name of ['1', '2', '3']) ask(name);
    await clock.advance(100);
    expect(effects).toEqual(['3 at 10']);
  });

  const outages: readonly [Outage, readonly string[], readonly string[]][] = [
    [{ until: 600 }, ['x at 610'], ['x at 620']],
    [{ until: 4_000 }, [], ['x failed with outcome-unknown at 1000']],
    [{ until: 4_000, operations: ['send'] }, ['x at 10'], ['x at 20']],
    [{ until: 4_000, process: 'b' }, ['x at 10'], ['x at 20']],
  ];
  it.each(outages)(
    'waits for a broker that is away as long as it has patience: %j',
    async (outage, effects, answers) => {
      const scene = set();
      scene.network.goDown(outage);
      scene.ask('x');
      await scene.clock.advance(10_000);
      expect(scene.effects).toEqual(effects);
      expect(scene.answers).toEqual(answers);
    },
  );

  it('forgets faults and outages when it is healed', async () => {
    const { clock, network, effects, ask } = set();
    network.fail({ operation: 'append', how: 'lost-request' });
    network.goDown({ until: 60_000 });
    network.heal();
    ask('x');
    await clock.advance(100);
    expect(effects).toEqual(['x at 10']);
  });
});

describe('the clock of a process', () => {
  it('runs ahead, drifts and is set, and nothing else takes it for the time that passes', async () => {
    const clock = new VirtualClock(1_000);
    const process = new SimulatedProcess('a', clock, { skewMs: 500, driftPpm: 100_000 });
    expect(process.clock.now()).toBe(1_500);
    await clock.advance(1_000);
    expect(process.clock.now()).toBe(2_600);
    process.step(-2_000);
    expect(process.clock.now()).toBe(600);
    expect(process.clock.elapsed()).toBeCloseTo(1_100);
  });
});
