import type { HistorySetting, Violation } from '../simulation/history';
import { hunt, type Simulation } from './hunt';
import type { Found, Job } from './job';
import { runJobs, type Worker } from './pool';
import { formatReport, isGood, type PlantedReport } from './report';

const setting: HistorySetting = { leaseMs: 1, marginMs: 1, groups: [], eventTypes: [] };
const lost: Violation = {
  kind: 'lost',
  property: 'handled-at-least-once',
  text: 'An event is lost.',
  steps: [1],
};
const job = (seeds: number, seconds = 10): Job => ({ bug: 'x', from: 5, seeds, seconds });
const caught: Found = { kind: 'caught', seed: 8, migrations: 4, seconds: 0.5, violation: lost };

describe('a hunt', () => {
  const showsAt = (shown: number): Simulation<number> & { seeds: number[] } => {
    const seeds: number[] = [];
    return {
      seeds,
      planOf: (seed) => seed,
      run: async (seed) => {
        seeds.push(seed);
        return { history: [], setting };
      },
      check: () => (seeds.at(-1) === shown ? [lost] : []),
    };
  };
  const times = { now: () => 0, cpuMs: () => 0, goingOn: () => {} };

  it('ends at the first seed that the checker objects to', async () => {
    const simulation = showsAt(8);
    expect(await hunt(job(100), simulation, times)).toEqual({ ...caught, seconds: 0 });
    expect(simulation.seeds).toEqual([5, 6, 7, 8]);
  });

  it('finds nothing once its seeds are over', async () => {
    expect(await hunt(job(3), showsAt(8), times)).toEqual({ kind: 'nothing', migrations: 3, seconds: 0 });
  });

  it('finds nothing once its time is over', async () => {
    let ms = 0;
    const cpuMs = () => {
      ms += 400;
      return ms;
    };
    const found = await hunt(job(100, 1), showsAt(8), { ...times, cpuMs });
    expect(found).toEqual({ kind: 'nothing', migrations: 2, seconds: 0 });
  });

  it('fails if the program does', async () => {
    const run = async () => {
      throw new TypeError('x is not a function');
    };
    await expect(hunt(job(3), { ...showsAt(8), run }, times)).rejects.toThrow('x is not a function');
  });
});

describe('a pool of workers', () => {
  /** A process that tells what it found, if anything, and ends. */
  const worker = (found: Found | undefined): Worker => ({
    on: (event: string, listener: (value: never) => void) => {
      if (event === 'message' && found !== undefined) queueMicrotask(() => listener(found as never));
      if (event === 'exit') setImmediate(() => listener(0 as never));
    },
    kill: () => {},
  });

  it('answers in the order of the jobs, and takes silence for a crash', async () => {
    const answers = new Map([[1, caught]]);
    const jobs = [1, 2].map((seeds) => job(seeds));
    const found = await runJobs(jobs, { cores: 2, start: ({ seeds }) => worker(answers.get(seeds)) });
    expect(found).toEqual([caught, { kind: 'crashed', because: 'the process ended without a word' }]);
  });
});

describe('the report', () => {
  const clean: Found = { kind: 'nothing', migrations: 8, seconds: 1 };
  const report = (found: Found, control: Found): PlantedReport => ({
    schemaVersion: 1,
    bugs: [{ name: 'no-hold', says: 'Nothing waits.', breaks: 'in order', found }],
    control: [control],
    planted: 1,
    caught: found.kind === 'caught' ? 1 : 0,
  });

  it('is good if every bug was caught, and the code without one was not', () => {
    expect(isGood(report(caught, clean))).toBe(true);
    expect(isGood(report(clean, clean))).toBe(false);
    expect(isGood(report({ kind: 'crashed', because: 'TypeError' }, clean))).toBe(false);
    expect(isGood(report(caught, caught))).toBe(false);
  });

  it('names the property, the seed and the numbers, and sums up in its last line', () => {
    const lines = formatReport(report(caught, clean)).trimEnd().split('\n');
    expect(lines[1]).toMatch(/^no-hold +in order +lost: handled-at-least-once +8 +4 +0\.5$/);
    expect(lines.at(-1)).toBe('1 planted, 1 caught');
  });
});
