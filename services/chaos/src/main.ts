import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import {
  interruptedExit,
  type Stack,
  silentReporter,
  smallDiskSupport,
  startStack,
  usageExit,
  watchInterruption,
} from '@baton/dev-stack';
import { systemClock } from '@baton/messaging';
import { CommanderError } from 'commander';
import { createColors } from 'picocolors';
import { readJson, writeJson } from './evidence/files';
import { type ChaosOptions, parseOptions } from './options';
import { countsOf } from './plan/levels';
import { createRandom } from './random';
import { createProgress } from './report/progress';
import { renderSummary } from './report/render';
import { exitOf, summaryOf } from './report/summary';
import { replay } from './run/replay';
import { type RunFacts, resultsOf, runChaos } from './run/run-chaos';
import { type Cluster, openCluster } from './stage/cluster';
import { type OpenedServer, startDatabaseServer } from './stage/database-server';

const root = resolve(__dirname, '..', '..', '..');
const out = (text: string): void => void process.stdout.write(text);
const err = (text: string): void => void process.stderr.write(text);
const colors = createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined);
const clock = systemClock;

const { signal, interrupted } = watchInterruption({
  process,
  say: err,
  code: 'chaos-failed',
  what: 'The run',
});

const factsOf = ({ level, seed, only, rate }: ChaosOptions): RunFacts => ({
  schemaVersion: 1,
  run: `r${clock.now().toString(36)}`,
  level,
  seed: seed ?? randomInt(1, 2 ** 31),
  counts: countsOf(level, only),
  rate,
  startedAt: new Date(clock.now()).toISOString(),
});

const readFacts = (folder: string): RunFacts => {
  const facts = readJson<RunFacts>(join(folder, 'run.json'));
  if (facts !== undefined) return facts;
  throw new BatonError(
    'invalid-argument',
    `Expected the folder of a run, with run.json in it, got ${folder}.`,
  );
};

/** One cluster at a time, with as many brokers as the part needs. */
const createClusters = (facts: RunFacts) => {
  let open: { readonly cluster: Cluster; readonly stack: Stack; readonly brokers: number } | undefined;
  let database: OpenedServer | undefined;
  const closeCluster = async (): Promise<void> => {
    const last = open;
    open = undefined;
    await last?.cluster.close();
    await last?.stack.stop().catch((error: unknown) => err(`${String(error)}\n`));
  };
  return {
    close: async () => {
      await closeCluster();
      await database?.stop();
    },
    open: async (brokers: 1 | 3): Promise<Cluster> => {
      if (open?.brokers === brokers) return open.cluster;
      await closeCluster();
      database ??= await startDatabaseServer(process.env, root);
      const wanted = brokers === 1 && facts.counts['disk-full'] > 0;
      const disk = wanted ? await smallDiskSupport() : ({ usable: false, because: 'not asked for' } as const);
      const stack = await startStack({
        ...{ root, env: process.env, name: 'chaos', ephemeral: true, brokers, signal },
        reporter: silentReporter,
        ...(disk.usable ? { brokerOptions: { smallDisk: { sizeMb: smallDiskMb } } } : {}),
      });
      const random = createRandom(facts.seed).fork('network').next;
      const { support } = database;
      const cluster = await openCluster(stack, { clock, random, run: facts.run, disk, database: support });
      open = { cluster, stack, brokers };
      return cluster;
    },
  };
};

/** Room for the topics of one part, several times over. */
const smallDiskMb = 500;

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2), { out, err });
  const old = options.replay ?? options.resume;
  const facts = old === undefined ? factsOf(options) : readFacts(old);
  const folder = resolve(old ?? options.folder ?? join(root, '.baton', 'chaos', facts.run));
  if (options.replay !== undefined) return report(await replay(folder, facts), facts);
  mkdirSync(folder, { recursive: true });
  writeJson(join(folder, 'run.json'), facts);
  err(`level ${facts.level}, seed ${facts.seed}, folder ${folder}\n`);
  const clusters = createClusters(facts);
  try {
    await runChaos(facts, {
      ...{ folder, clock, interrupted, programs: join(__dirname, 'workers'), env: process.env },
      progress: createProgress(err, clock.now),
      openCluster: clusters.open,
      isInterrupted: () => signal.aborted,
      parts: options.parts,
      minutes: options.minutes,
    });
  } finally {
    await clusters.close();
  }
  return report(resultsOf(folder, facts), facts);
};

const report = (results: Parameters<typeof summaryOf>[0], facts: RunFacts): number => {
  const summary = summaryOf(results, facts.counts);
  out(renderSummary(summary, colors));
  return exitOf(summary);
};

const tell = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExit;
  err(isBatonError(error) ? `error [${error.code}] ${error.message}\n` : `error ${String(error)}\n`);
  return signal.aborted ? interruptedExit : 1;
};

main()
  .catch(tell)
  // Faults that were under way when a person interrupted have nobody to wait for them.
  .then((code) => process.exit(code));
