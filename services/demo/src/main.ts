import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import {
  createReporter,
  errorDocument,
  interruptedExit,
  type PostgresServer,
  type Stack,
  startPostgres,
  startStack,
  usageExit,
  wantsJson,
  watchInterruption,
} from '@baton/dev-stack';
import { createKafkaPorts } from '@baton/kafka';
import { silentLogger, systemClock } from '@baton/messaging';
import { connectPostgres } from '@baton/postgres';
import { CommanderError } from 'commander';
import { createColors } from 'picocolors';
import { findings } from './audit/audit';
import { runDemo } from './demo';
import { givenLoans, type LoanSource, madeUpLoans, seededRandom } from './load/loans';
import { parseLoans } from './load/parse-loans';
import { createPostLoan } from './load/post-loan';
import { type DemoOptions, parseOptions } from './options';
import { createBatonCommand } from './processes/baton-command';
import { createFleet } from './processes/fleet';
import { leaseMs, ownMarginMs } from './story/cast';
import { type DemoDocument, renderReport } from './view/report';
import { createLiveView, createPlainView } from './view/view';

const root = resolve(__dirname, '..', '..', '..');
const startedAt = systemClock.now();
const run = `${startedAt.toString(36)}${randomBytes(2).toString('hex')}`;
const folder = join(root, '.baton', 'demo', run);
const isJson = wantsJson(process.argv.slice(2));
const colors = createColors(process.stderr.isTTY && process.env.NO_COLOR === undefined);

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

const { signal, interrupted } = watchInterruption({
  process,
  say: err,
  code: 'demo-failed',
  what: 'The demonstration',
});

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2), { out, err: isJson ? () => {} : err });
  const loans = await loansOf(options);
  await mkdir(folder, { recursive: true });
  const cluster = await findOrStart(options);
  const postgres = await startDatabase().catch(async (error: unknown) => {
    await cluster.end();
    throw error;
  });
  try {
    const document = await demonstrate({ cluster, postgres }, options, loans);
    if (options.output === 'json') out(`${JSON.stringify(document, null, 2)}\n`);
    else
      out(renderReport(document, createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined)));
    return findings(document).length === 0 ? 0 : 1;
  } finally {
    await postgres?.stop();
    await cluster.end();
  }
};

/** A database of its own, whatever DATABASE_URL names: the run leaves nothing behind. */
const startDatabase = async (): Promise<PostgresServer | undefined> => {
  const { DATABASE_URL: _foreign, ...env } = process.env;
  const reporter = createReporter({ write: err, isTerminal: false, now: systemClock.now });
  try {
    return await startPostgres({ env, root, reporter });
  } catch (error) {
    if (!isBatonError(error, 'stack-unavailable')) throw error;
    err('No PostgreSQL found: lending publishes without outbox, reminders keeps effects without inbox.\n');
    return undefined;
  }
};

/** The folder of the logs if there are any; an empty one goes. */
const keptLogs = async (): Promise<string | undefined> => {
  const names = await readdir(folder).catch(() => []);
  if (names.length > 0) return folder;
  await rmdir(folder).catch(() => undefined);
  return undefined;
};

const loansOf = async ({ input, events }: DemoOptions): Promise<LoanSource> => {
  if (input === undefined) {
    return madeUpLoans({ run, total: events, random: seededRandom(startedAt), now: systemClock.now });
  }
  const text = await readFile(input, 'utf8').catch((cause: unknown) => {
    throw new BatonError('invalid-argument', `Expected a readable file of loans, got --input ${input}.`, {
      cause,
    });
  });
  return givenLoans(parseLoans(text, { file: input, run }));
};

interface Cluster extends Stack {
  /** Nobody else uses it, and it goes with this process. */
  readonly isOwn: boolean;
  end(): Promise<void>;
}

/** A stack of its own that goes with this process, unless addresses are given or a stack is to be kept. */
const findOrStart = async ({ keep }: DemoOptions): Promise<Cluster> => {
  const { env } = process;
  const isOwn = !keep && !env.KAFKA_BROKERS && !env.SCHEMA_REGISTRY_URL;
  const reporter = createReporter({ write: err, isTerminal: process.stderr.isTTY, now: systemClock.now });
  const stack = await startStack({
    ...{ root, env, reporter, signal },
    name: isOwn ? 'demo' : 'default',
    ephemeral: isOwn,
  });
  return { ...stack, isOwn, end: isOwn ? stack.stop : async () => {} };
};

interface Servers {
  readonly cluster: Cluster;
  readonly postgres: PostgresServer | undefined;
}

const demonstrate = async (
  { cluster, postgres }: Servers,
  options: DemoOptions,
  loans: LoanSource,
): Promise<DemoDocument> => {
  const env = {
    ...process.env,
    KAFKA_BROKERS: cluster.brokers.join(','),
    SCHEMA_REGISTRY_URL: cluster.registry,
    CONTROL_TOPIC: `baton.control.${run}`,
    PRESENCE_TOPIC: `baton.presence.${run}`,
    LEASE_MS: String(leaseMs),
    DATABASE_URL: postgres?.url,
    DATABASE_FOLDER: undefined,
    OUTBOX_DATABASES: postgres?.url,
    ...(cluster.isOwn ? { MARGIN_MS: String(ownMarginMs) } : {}),
  };
  const clock = systemClock;
  const kafka = createKafkaPorts({
    brokers: cluster.brokers,
    clientId: `demo-${run}`,
    logger: silentLogger,
  });
  const database = postgres && (await connectPostgres({ url: postgres.url, name: 'demo' }));
  const isLive = options.output === 'text' && process.stderr.isTTY;
  const view = (isLive ? createLiveView : createPlainView)({ write: err, clock, colors });
  const { post, close } = createPostLoan();
  try {
    return await runDemo({
      ...{
        run,
        folder,
        startedAt,
        kafka,
        database,
        loans,
        post,
        view,
        clock,
        interrupted,
        rate: options.rate,
      },
      isOwnCluster: cluster.isOwn,
      baton: createBatonCommand({ root, env, signal, logFile: join(folder, 'baton.log') }),
      fleet: createFleet({ run, root, logFolder: folder, env, clock }),
    });
  } finally {
    close();
    await database?.close();
    await kafka.close();
  }
};

/** Says what went wrong, and where the logs are; answers the exit code. */
const tell = async (error: unknown): Promise<number> => {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (isJson) err(errorDocument(new BatonError('invalid-argument', error.message.replace(/^error: /, ''))));
    return usageExit;
  }
  const logs = await keptLogs();
  if (isJson) err(errorDocument(withLogs(error, logs)));
  else {
    const text = isBatonError(error) ? `[${error.code}] ${error.message}` : String(error);
    err(`${colors.red('error')} ${text}\n${logs === undefined ? '' : `logs: ${logs}\n`}`);
  }
  if (signal.aborted) return interruptedExit;
  return isBatonError(error, 'invalid-argument') || isBatonError(error, 'invalid-data') ? usageExit : 1;
};

const withLogs = (error: unknown, logs: string | undefined): unknown =>
  isBatonError(error) && logs !== undefined
    ? new BatonError(error.code, error.message, { details: { ...error.details, logs }, cause: error })
    : error;

main()
  .catch(tell)
  .then((code) => {
    process.exitCode = code;
  });
