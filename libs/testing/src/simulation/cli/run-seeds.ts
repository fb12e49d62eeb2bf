import type { Job } from './jobs';
import type { Shell } from './main';
import type { SeedsOptions } from './options';
import { runPool } from './pool';
import { Progress } from './progress';
import { readState, writeState } from './state-file';
import { type FailingSeed, isClean, summaryLines } from './tally';

const partSize = 20;
const saveEveryMs = 2_000;
/** How often the progress line is written: often on a terminal, where it replaces itself. */
const tellEveryMs = { terminal: 500, file: 15_000 } as const;

/** Runs many seeds on all cores, and reports. */
export const runSeeds = async (shell: Shell, options: SeedsOptions): Promise<number> => {
  const { from, seeds, resume } = options;
  const saved = resume === undefined ? undefined : await readState(resume, { from, seeds });
  const progress = new Progress(from, seeds, saved);
  const beganAt = shell.now();
  const sinceStart = (): number => shell.now() - beganAt;
  const report = createTeller(shell, progress, sinceStart);
  let saving: Promise<void> = Promise.resolve();
  let savedAt = 0;
  await runPool({
    workers: Math.min(options.workers, Math.ceil(seeds / partSize)),
    start: shell.startWorker,
    next: () => progress.takeNext(partSize),
    done: (answer) => {
      if (answer.kind === 'part') progress.done(answer.part);
      report.tell();
      if (resume === undefined || sinceStart() - savedAt < saveEveryMs) return;
      savedAt = sinceStart();
      const state = progress.save(savedAt);
      saving = saving.then(() => writeState(resume, state));
    },
    signal: shell.signal,
  });
  await saving;
  if (resume !== undefined) await writeState(resume, progress.save(sinceStart()));
  report.end();
  return finish(shell, options, { progress, wallMs: progress.wallMs(sinceStart()) });
};

const finish = async (
  shell: Shell,
  options: SeedsOptions,
  { progress, wallMs }: { readonly progress: Progress; readonly wallMs: number },
): Promise<number> => {
  const { output, explain, resume } = options;
  const counts = progress.counts();
  const failing = progress.failing();
  const migrations = progress.doneSeeds();
  const perSecond = wallMs === 0 ? 0 : (migrations / wallMs) * 1_000;
  if (output === 'json') {
    const document = {
      schemaVersion: 1,
      from: progress.from,
      seeds: progress.seeds,
      migrations,
      counts,
      seconds: wallMs / 1_000,
      perSecond,
      msEach: progress.msEach(),
      failing,
    };
    shell.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    for (const one of failing.slice(0, explain)) shell.out(listed(one));
    const texts = await explained(shell, options, failing.slice(0, explain));
    for (const text of texts) shell.out(`${text}\n`);
    if (failing.length > explain) {
      const rest = failing.slice(explain, explain + 50).map(({ seed }) => seed);
      shell.out(`Also failing: seeds ${rest.join(', ')}${failing.length > explain + 50 ? ', …' : ''}\n`);
    }
  }
  const say = output === 'json' ? shell.err : shell.out;
  say(
    `${Math.round(wallMs / 1_000)} s, ${perSecond.toFixed(1)} migrations a second, ${progress.msEach().toFixed(1)} ms each\n`,
  );
  if (!progress.isOver()) {
    const again = resume === undefined ? '' : ' Run the same command again to go on.';
    say(`Stopped before the end: ${migrations} of ${progress.seeds} seeds.${again}\n`);
  }
  for (const line of summaryLines(migrations, counts)) say(`${line}\n`);
  return isClean(counts) && progress.isOver() ? 0 : 1;
};

const listed = ({ seed, violations }: FailingSeed): string => {
  const lines = violations.slice(0, 5).map(({ kind, property, text }) => `  ${kind} (${property}): ${text}`);
  const more = violations.length > 5 ? [`  and ${violations.length - 5} more`] : [];
  return [`Seed ${seed}:`, ...lines, ...more, ''].join('\n');
};

/** The failing seeds in words, each by a worker. */
const explained = async (
  { signal, startWorker }: Shell,
  { workers }: SeedsOptions,
  failing: readonly FailingSeed[],
): Promise<readonly string[]> => {
  const jobs: Job[] = failing.map(({ seed }) => ({ kind: 'explain', seed }));
  const texts: string[] = [];
  await runPool({
    workers: Math.min(workers, jobs.length),
    start: startWorker,
    next: () => jobs.shift(),
    done: (answer) => {
      if (answer.kind === 'explained') texts.push(answer.text);
    },
    signal,
  });
  return texts;
};

interface Teller {
  tell(): void;
  end(): void;
}

const createTeller = (shell: Shell, progress: Progress, sinceStart: () => number): Teller => {
  const every = shell.isTerminal ? tellEveryMs.terminal : tellEveryMs.file;
  let toldAt = 0;
  return {
    tell: () => {
      if (sinceStart() - toldAt < every) return;
      toldAt = sinceStart();
      const line = progressLine(progress, toldAt);
      shell.err(shell.isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end: () => {
      if (shell.isTerminal) shell.err('\r\u001b[K');
    },
  };
};

const progressLine = (progress: Progress, sinceStartMs: number): string => {
  const done = progress.doneSeeds();
  const perSecond = ((done - progress.before) / Math.max(1, sinceStartMs)) * 1_000;
  const left = perSecond === 0 ? 0 : (progress.seeds - done) / perSecond;
  const failing = progress.failing().length;
  const found = failing === 0 ? 'nothing found' : `${failing} failing`;
  return `${done} of ${progress.seeds} migrations, ${perSecond.toFixed(1)} a second, ${duration(left)} left, ${found}`;
};

const duration = (seconds: number): string =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5_400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3_600).toFixed(1)} h`;
