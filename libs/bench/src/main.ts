import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import { interruptedExit, usageExit, watchInterruption } from '@baton/dev-stack';
import { CommanderError } from 'commander';
import { renderDocs } from './docs';
import { renderHtml } from './html';
import { installPeers } from './install-peers';
import { describeMachine } from './machine';
import { type BenchOptions, parseOptions } from './options';
import { peersFolderOf } from './peers';
import { createProgress } from './progress';
import { type BenchDocument, judgedAnew, problemsOf } from './results';
import { rows } from './rows';
import { runBench } from './run-bench';
import { chosenRows } from './run-rows';
import { startServers } from './servers';
import { renderTable } from './table';

const root = resolve(__dirname, '..', '..', '..');
const docsFile = join(root, 'docs', 'reference', 'benchmarks.md');
const out = (text: string): void => void process.stdout.write(text);
const err = (text: string): void => void process.stderr.write(text);
const say = (text: string): void => err(`${text}\n`);
const peersFolder = peersFolderOf(root, process.env);

const { signal } = watchInterruption({ process, say: err, code: 'invalid-argument', what: 'The run' });

const measure = async ({ quick, rounds, only, folder }: BenchOptions): Promise<BenchDocument> => {
  const startedAt = new Date();
  const size = quick ? 'quick' : 'full';
  const options = {
    rows: only === undefined ? rows : chosenRows(rows, only),
    size,
    rounds: rounds ?? (quick ? 1 : 5),
  } as const;
  const stamp = startedAt.toISOString().replace(/[:.]/g, '-');
  const target = resolve(folder ?? join(root, '.baton', 'bench', stamp));
  mkdirSync(target, { recursive: true });
  say(`Results go to ${target}`);
  return runBench(options, {
    machine: await describeMachine(root, peersFolder),
    startServers: (needs) => startServers(needs, { root, env: process.env, peersFolder, signal, say }),
    program: join(__dirname, '..', 'bin', 'one-run.js'),
    signal,
    startedAt,
    progress: createProgress(options, { write: err, now: Date.now }),
    keep: (document) => keepResults(target, document),
  });
};

const keepResults = (folder: string, document: BenchDocument): void => {
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(document, null, 2)}\n`);
  writeFileSync(join(folder, 'index.html'), renderHtml(document));
};

const readResults = (file: string): BenchDocument => {
  const document = JSON.parse(readFileSync(file, 'utf8')) as BenchDocument;
  if (document.schemaVersion === 1 && Array.isArray(document.rows)) return document;
  throw new BatonError(
    'invalid-argument',
    `Expected the results.json of a run of the benchmarks, got ${file}.`,
  );
};

const writeDocs = (document: BenchDocument): void => {
  if (document.size !== 'full' || document.state !== 'complete')
    throw new BatonError(
      'invalid-argument',
      `Expected a complete full run for the reference page, got a run that is ${document.state} and ${document.size}. Run npm run bench -- --docs.`,
    );
  writeFileSync(docsFile, renderDocs(document));
  say(`Wrote ${docsFile}`);
};

const install = async (): Promise<number> => {
  const failures = await installPeers({
    source: join(__dirname, '..', 'peers'),
    folder: peersFolder,
    env: process.env,
    signal,
    say,
  });
  for (const failure of failures) say(`error ${failure}`);
  if (failures.length === 0) say('All peers are installed.');
  return failures.length === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2), { rows: rows.map(({ name }) => name), out, err });
  if (options.installPeers) return install();
  const document =
    options.from === undefined ? await measure(options) : judgedAnew(readResults(options.from), rows);
  out(options.output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : renderTable(document));
  const problems = problemsOf(document);
  for (const problem of problems) say(`error ${problem}`);
  if (signal.aborted) return interruptedExit;
  if (options.docs) writeDocs(document);
  return problems.length === 0 ? 0 : 1;
};

const tell = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExit;
  say(isBatonError(error) ? `error [${error.code}] ${error.message}` : `error ${String(error)}`);
  return signal.aborted ? interruptedExit : 1;
};

main()
  .catch(tell)
  .then((code) => {
    process.exitCode = code;
  });
