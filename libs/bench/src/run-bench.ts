import { runInChild } from './child-run';
import type { Machine } from './machine';
import type { BenchDocument, RowResult } from './results';
import type { Row, Size } from './row';
import { contendersOf, type FinishedRun, runRows } from './run-rows';

/** The servers that rows need, as environment for their processes. */
export interface Servers {
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

export interface RunBenchOptions {
  readonly rows: readonly Row[];
  readonly size: Size;
  readonly rounds: number;
}

export interface RunBenchDeps {
  readonly machine: Machine;
  /** Starts what the rows need; called once, and stopped whatever happens. */
  readonly startServers: (needs: ReadonlySet<Row['needs']>) => Promise<Servers>;
  /** The program that runs one contender once. */
  readonly program: string;
  readonly signal: AbortSignal;
  readonly startedAt: Date;
  readonly progress: (run: FinishedRun) => void;
  /** Told after every row, so that an interrupted run leaves what it has. */
  readonly keep: (document: BenchDocument) => void;
}

/** Longer than any run should take; what takes longer counts as failed. */
const limitsMs: Readonly<Record<Size, number>> = { full: 180_000, quick: 60_000 };

/** Starts the servers, runs all rows, stops the servers, and answers what is there, complete or not. */
export const runBench = async (
  { rows, size, rounds }: RunBenchOptions,
  deps: RunBenchDeps,
): Promise<BenchDocument> => {
  const { machine, startServers, program, signal, startedAt, progress, keep } = deps;
  const documentOf = (results: readonly RowResult[], state: BenchDocument['state']): BenchDocument => ({
    ...{ schemaVersion: 1, startedAt: startedAt.toISOString(), size, rounds, state, machine },
    rows: results,
  });
  const taking = rows.filter((row) => contendersOf(row, size).length > 0);
  const servers = await startServers(new Set(taking.map(({ needs }) => needs)));
  try {
    const child = { program, env: servers.env, size, signal, limitMs: limitsMs[size] };
    const results = await runRows(
      { rows: taking, size, rounds },
      {
        runOne: (row, contender, round) => runInChild(row, { contender, round }, child),
        isInterrupted: () => signal.aborted,
        progress,
        keep: (soFar) => keep(documentOf(soFar, 'interrupted')),
      },
    );
    const document = documentOf(results, signal.aborted ? 'interrupted' : 'complete');
    keep(document);
    return document;
  } finally {
    await servers.stop();
  }
};
