import { parseArgs } from 'node:util';
import { BatonError } from '@baton/core';
import { plantedBugs } from './bugs';
import type { Found, Job } from './job';
import type { PlantedBug } from './planted-bug';
import { type PoolDeps, runJobs } from './pool';
import { formatReport, isGood, type PlantedReport } from './report';

export interface PlantedDeps extends Pick<PoolDeps, 'start' | 'cores'> {
  readonly args: readonly string[];
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

interface PlantedOptions {
  readonly bugs: readonly PlantedBug[];
  /** Left out: where each bug shows early. */
  readonly from: number | undefined;
  readonly seeds: number;
  readonly seconds: number;
  readonly output: 'table' | 'json';
}

/** Plants each bug, searches for a seed that shows it, and prints what was found; resolves with the exit code. */
export const runPlanted = async (deps: PlantedDeps): Promise<number> => {
  const { stdout, stderr } = deps;
  try {
    const options = optionsOf(deps.args);
    const report = await searchAll(options, deps);
    stdout(options.output === 'json' ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report));
    return isGood(report) ? 0 : 1;
  } catch (error) {
    stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
};

const searchAll = async (
  { bugs, from, seeds, seconds }: PlantedOptions,
  { start, cores, stderr }: PlantedDeps,
): Promise<PlantedReport> => {
  const done = (job: Job, found: Found): void =>
    stderr(`${job.bug ?? `without a bug, from seed ${job.from}`}: ${inShort(found)}\n`);
  const pool = { start, cores, done };
  const jobs = bugs.map(({ name, firstSeed = 1 }) => ({
    bug: name,
    from: from ?? firstSeed,
    seeds,
    seconds,
  }));
  const found = await runJobs(jobs, pool);
  const first = from ?? 1;
  const last = Math.max(first, ...found.map((one) => (one.kind === 'caught' ? one.seed : first)));
  const control = await runJobs(controlJobs({ from: first, last, cores, seconds }), pool);
  const outcomes = bugs.map(({ name, says, breaks }, i) => ({
    name,
    says,
    breaks,
    found: found[i] ?? { kind: 'crashed' as const, because: 'it was never run' },
  }));
  const caught = found.filter(({ kind }) => kind === 'caught').length;
  return { schemaVersion: 1, bugs: outcomes, control, planted: bugs.length, caught };
};

/** Every seed up to the last that showed a bug, divided among the cores. */
const controlJobs = ({
  from,
  last,
  cores,
  seconds,
}: {
  from: number;
  last: number;
  cores: number;
  seconds: number;
}): readonly Job[] => {
  const share = Math.ceil((last - from + 1) / cores);
  return Array.from({ length: cores }, (_, i) => ({
    bug: undefined,
    from: from + i * share,
    seeds: Math.min(share, last + 1 - from - i * share),
    seconds: seconds * 20,
  })).filter((job) => job.seeds > 0);
};

const inShort = (found: Found): string => {
  switch (found.kind) {
    case 'caught':
      return `${found.violation.property} at seed ${found.seed}`;
    case 'nothing':
      return `nothing in ${found.migrations} migrations`;
    case 'crashed':
      return `crashed: ${found.because.split('\n')[0]}`;
  }
};

const optionsOf = (args: readonly string[]): PlantedOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bug: { type: 'string', multiple: true, default: [] },
      from: { type: 'string' },
      seeds: { type: 'string', default: '400' },
      seconds: { type: 'string', default: '40' },
      output: { type: 'string', short: 'o', default: 'table' },
    },
  });
  const unknown = values.bug.find((name) => plantedBugs.every((bug) => bug.name !== name));
  if (unknown !== undefined) {
    const names = plantedBugs.map(({ name }) => name).join(', ');
    throw new BatonError(
      'invalid-argument',
      `Expected the name of a planted bug, got "${unknown}". There are: ${names}`,
    );
  }
  if (values.output !== 'table' && values.output !== 'json') {
    throw new BatonError('invalid-argument', `Expected -o table or -o json, got "${values.output}".`);
  }
  return {
    bugs: values.bug.length === 0 ? plantedBugs : plantedBugs.filter(({ name }) => values.bug.includes(name)),
    from: values.from === undefined ? undefined : whole('--from', values.from),
    seeds: whole('--seeds', values.seeds),
    seconds: whole('--seconds', values.seconds),
    output: values.output,
  };
};

const whole = (option: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new BatonError('invalid-argument', `Expected ${option} to be a whole number from 1, got "${text}".`);
};
