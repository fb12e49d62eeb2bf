import type { Clock } from '@baton/messaging';
import type { Load } from '../load/load';
import { subscribers } from './cast';
import type { Phase } from './phases';
import { changeover, chaptersOf, wholeLife } from './phases';
import type { StoryDeps } from './steps';
import { tellStory } from './story';
import { createUntil } from './until';

const total = 1000;
const bindMs = 5000;

/** A world in which every command answers at once and every allowed event is acknowledged as time goes by. */
const makeWorld = () => {
  let vetoed = false;
  let isBound = false;
  const calls: string[] = [];
  const running = new Map<string, string>();
  let now = 0;
  let allowed = 0;
  let instant = 0;
  let acknowledged = 0;
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    after: (ms, callback) => {
      const timer = setImmediate(() => {
        now += ms;
        acknowledged = Math.min(Math.ceil(allowed * total), acknowledged + 20);
        callback();
      });
      return () => clearImmediate(timer);
    },
  };
  const load: Load = {
    allow: (part) => {
      allowed = Math.max(allowed, part);
    },
    run: async () => {},
    refused: new Promise<never>(() => {}),
    stop: () => {},
    progress: () => ({ total, sent: acknowledged, acknowledged, unanswered: 0 }),
    acknowledged: [],
    keys: () => new Set(),
  };
  const group = (name: string) => ({
    group: name,
    BoundToV2Since: new Date(instant).toISOString(),
    versions: { '1': { lag: 0 }, '2': { lag: 0 } },
    drained: 'yes',
  });
  const deps: StoryDeps = {
    clock,
    load,
    fleet: {
      start: async ({ name, env }) => {
        const versions = env.LENDING_PUBLISHES ?? env.SUBSCRIBES ?? '';
        calls.push(`start ${name} on ${versions} at ${now < instant ? 'before' : 'after'} the cut`);
        running.set(name, versions);
      },
      stop: async (name) => {
        calls.push(`stop ${name}`);
        running.delete(name);
      },
    },
    baton: async (args) => {
      const command = args.join(' ');
      if (args[0] === 'veto') vetoed = args[1] !== 'withdraw';
      if (args[0] === 'log') return { schemaVersion: 1, entries: [] };
      if (args[0] === 'can') return { schemaVersion: 1, verdict: 'safe' };
      if (args[0] === 'retire') {
        const code = vetoed ? 'veto' : 'group-not-bound';
        const isRefused = args.includes('--publisher') && (vetoed || !isBound);
        calls.push(`${command.replace(/ --(without|observe).*/, '')} ${isRefused ? code : 'done'}`);
        return isRefused
          ? { schemaVersion: 1, outcome: 'refused', because: [{ code }] }
          : { schemaVersion: 1, outcome: 'retired', because: [] };
      }
      if (args[0] === 'bind') {
        isBound ||= args[3] === 'statistics-r';
        calls.push(`bind ${args[3]} to ${args[5]} with ${running.size} instances running`);
        const since = new Date(now + bindMs).toISOString();
        instant = now + bindMs;
        return {
          schemaVersion: 1,
          outcome: 'bound',
          version: Number(args[5]),
          [`BoundToV${args[5]}Since`]: since,
        };
      }
      return {
        schemaVersion: 1,
        eventTypes: [
          { eventType: 'lending.BooksBorrowed', groups: subscribers.map((team) => group(`${team}-r`)) },
        ],
      };
    },
    until: createUntil({ clock, broken: new Promise(() => {}) }),
    groupOf: (team) => `${team}-r`,
    effectsFileOf: (instance) => `${instance}.sqlite`,
    story: wholeLife,
    onPhase: (phase) => void calls.push(`phase ${phase}`),
  };
  return { deps, calls, running, clock };
};

describe('the story', () => {
  it('tells every phase in its order and ends with everything on v2', async () => {
    const { deps, calls, running } = makeWorld();
    await tellStory(deps);
    const told = calls.filter((call) => call.startsWith('phase ')).map((call) => call.slice(6) as Phase);
    expect(told).toEqual(wholeLife);
    expect(running).toEqual(
      new Map([
        ...['lending-1', 'lending-2'].map((name) => [name, '1,2'] as const),
        ...['reminders-1', 'reminders-2'].map((name) => [name, '2'] as const),
        ...['statistics-1', 'statistics-2'].map((name) => [name, '2'] as const),
      ]),
    );
  });

  it('binds reminders while it is stopped, and starts it on both versions after the cut only', async () => {
    const { deps, calls } = makeWorld();
    await tellStory(deps);
    const bound = calls.indexOf('bind reminders-r to 2 with 4 instances running');
    expect(bound).toBeGreaterThan(calls.indexOf('stop reminders-2'));
    expect(calls.indexOf('start reminders-1 on 1,2 at after the cut')).toBeGreaterThan(bound);
  });

  it('binds statistics to v2, back and forth while everybody runs', async () => {
    const { deps, calls } = makeWorld();
    await tellStory(deps);
    expect(calls.filter((call) => call.startsWith('bind statistics-r'))).toEqual([
      'bind statistics-r to 2 with 6 instances running',
      'bind statistics-r to 1 with 6 instances running',
      'bind statistics-r to 2 with 6 instances running',
    ]);
  });

  it('is refused the retirement of v1 twice, for different reasons, before v1 is retired', async () => {
    const { deps, calls } = makeWorld();
    await tellStory(deps);
    const version = 'retire lending.BooksBorrowed --version 1';
    expect(calls.filter((call) => call.startsWith('retire'))).toEqual([
      `${version} group-not-bound`,
      `${version} veto`,
      `${version} done`,
      `${version} --group reminders-r done`,
      `${version} --group statistics-r done`,
    ]);
  });

  it('leaves lending running when v1 is retired, and lets each team stop reading it after', async () => {
    const { deps, calls } = makeWorld();
    await tellStory(deps);
    const retired = calls.slice(calls.indexOf('phase v1-retired'));
    expect(retired.filter((call) => call.includes('lending-'))).toEqual([]);
    expect(retired.indexOf('stop statistics-1')).toBeGreaterThan(
      retired.indexOf('retire lending.BooksBorrowed --version 1 --group statistics-r done'),
    );
  });

  it('fails where a retirement that has to be refused is not', async () => {
    const { deps } = makeWorld();
    const baton: StoryDeps['baton'] = async (args, expected) =>
      args[0] === 'retire'
        ? { schemaVersion: 1, outcome: 'retired', because: [] }
        : deps.baton(args, expected);
    await expect(tellStory({ ...deps, baton })).rejects.toMatchObject({
      message: expect.stringContaining('to be refused for group-not-bound, got: retired'),
    });
  });

  it('announces and retires nothing on a cluster that others use', async () => {
    const { deps, calls, running } = makeWorld();
    await tellStory({ ...deps, story: changeover });
    expect(calls.filter((call) => /^(retire|announce)/.test(call))).toEqual([]);
    expect(new Set(running.values())).toEqual(new Set(['2']));
  });

  it.each([[wholeLife], [changeover]])('shares the load out to the end', (story) => {
    const parts = chaptersOf(story).map(({ until }) => until);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(parts.at(-1)).toBe(1);
  });

  it('goes on from a binding only when its instant is over, with load on both sides of it', async () => {
    const { deps, clock } = makeWorld();
    const instants: number[] = [];
    const entered: number[] = [];
    const published: number[] = [];
    await tellStory({
      ...deps,
      baton: async (args, expected) => {
        if (args[0] === 'bind') instants.push(clock.now() + bindMs);
        return deps.baton(args, expected);
      },
      onPhase: (phase) => {
        if (!/statistics-(back|forward)|refused-veto/.test(phase)) return;
        entered.push(clock.now());
        published.push(deps.load.progress().acknowledged);
      },
    });
    expect(entered.map((at, i) => at > (instants[i + 1] ?? Number.POSITIVE_INFINITY))).toEqual([
      true,
      true,
      true,
    ]);
    expect(new Set(published).size).toBe(3);
  });

  it('restarts lending one instance after the other', async () => {
    const { deps, calls } = makeWorld();
    await tellStory(deps);
    const upgrade = calls.slice(
      calls.indexOf('phase lending-upgraded') + 1,
      calls.indexOf('phase announced'),
    );
    expect(upgrade).toEqual([
      'stop lending-1',
      expect.stringContaining('start lending-1 on 1,2'),
      'stop lending-2',
      expect.stringContaining('start lending-2 on 1,2'),
    ]);
  });

  it('fails with what it waited for where a group never drains', async () => {
    const { deps } = makeWorld();
    const baton: StoryDeps['baton'] = async (args) =>
      JSON.parse(JSON.stringify(await deps.baton(args)).replaceAll('"yes"', '"unknown"'));
    await expect(tellStory({ ...deps, baton, story: changeover })).rejects.toMatchObject({
      code: 'demo-failed',
      message: expect.stringContaining('reminders-r and statistics-r to be drained'),
    });
  });

  it('ends at once when a process breaks', async () => {
    const { deps, clock } = makeWorld();
    const until = createUntil({ clock, broken: Promise.reject(new Error('lending-1 ended')) });
    await expect(tellStory({ ...deps, until })).rejects.toThrow('lending-1 ended');
  });
});
