import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@baton/messaging';
import { filesOf, packFolder, readJson, writeJson } from '../evidence/files';
import { type Counts, partsOf } from '../plan/levels';
import { planPart } from '../plan/plan-part';
import type { Progress } from '../report/progress';
import type { Cluster } from '../stage/cluster';
import { type PartResult, type PlayDeps, playPart } from './play-part';

/** What a run is, for all its parts; kept in its folder so that it can be gone on with. */
export interface RunFacts {
  readonly schemaVersion: 1;
  readonly run: string;
  readonly level: string;
  readonly seed: number;
  readonly counts: Counts;
  readonly rate: number;
  readonly startedAt: string;
}

export interface RunDeps extends Pick<PlayDeps, 'programs' | 'env' | 'interrupted'> {
  readonly folder: string;
  readonly clock: Clock;
  readonly progress: Progress;
  /** Starts a cluster with so many brokers; the last one is stopped before. */
  readonly openCluster: (brokers: 1 | 3) => Promise<Cluster>;
  readonly isInterrupted: () => boolean;
  readonly parts: readonly [number, number] | undefined;
  readonly minutes: number | undefined;
}

const attempts = 2;
const quietMs = 9_000;

export const folderOfPart = (folder: string, part: number): string =>
  join(folder, `part-${String(part).padStart(3, '0')}`);

/** Plays the parts that have no result yet, one after the other. */
export const runChaos = async (facts: RunFacts, deps: RunDeps): Promise<void> => {
  const { one, three } = partsOf(facts.counts);
  const all = one + three;
  const [first, last] = deps.parts ?? [1, all];
  const deadline = deps.clock.now() + (deps.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
  for (let part = first; part <= Math.min(last, all); part += 1) {
    if (readJson(filesOf(folderOfPart(deps.folder, part)).result) !== undefined) continue;
    if (deps.clock.now() > deadline) {
      deps.progress.note(
        `The time is over before part ${part} of ${all}; go on with --resume ${deps.folder}`,
      );
      return;
    }
    await playWithRetry(facts, { part, of: all }, deps);
  }
};

/** A part that the run itself could not play, because a server did not start, say, is played again. */
const playWithRetry = async (
  facts: RunFacts,
  { part, of }: { part: number; of: number },
  deps: RunDeps,
): Promise<void> => {
  const { progress, clock } = deps;
  const plan = planPart({ counts: facts.counts, part, seed: facts.seed });
  const folder = folderOfPart(deps.folder, part);
  if (existsSync(folder)) putAside(folder, clock);
  for (let attempt = 1; ; attempt += 1) {
    try {
      progress.part(plan, of);
      progress.phase(`starting ${plan.brokers} broker${plan.brokers === 1 ? '' : 's'}`);
      const cluster = await deps.openCluster(plan.brokers);
      const run = attempt === 1 ? facts.run : `${facts.run}again${attempt}`;
      const result = await playPart(plan, {
        ...{ ...deps, run, cluster, folder, rate: facts.rate, clock, quietMs },
        onPhase: progress.phase,
        onFaults: progress.faults,
      });
      await packFolder(folder);
      writeJson(filesOf(folder).result, result);
      progress.result(result);
      return;
    } catch (error) {
      if (attempt === attempts || deps.isInterrupted()) throw error;
      progress.note(`Part ${part} could not be played: ${String(error)}`);
      putAside(folder, clock);
    }
  }
};

/** What a part left that did not come to its end is no evidence for the next attempt. */
const putAside = (folder: string, clock: Clock): void =>
  renameSync(folder, `${folder}-unfinished-${clock.now()}`);

/** The results of all parts that have been played. */
export const resultsOf = (folder: string, facts: RunFacts): readonly PartResult[] => {
  const { one, three } = partsOf(facts.counts);
  return Array.from({ length: one + three }, (_, i) =>
    readJson<PartResult>(filesOf(folderOfPart(folder, i + 1)).result),
  ).flatMap((result) => result ?? []);
};
