import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import { createReporter, findStack, type Stack, startStack } from '@baton/dev-stack';
import { createKafkaPorts } from '@baton/kafka';
import { silentLogger, systemClock } from '@baton/messaging';
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
import { leaseMs } from './story/cast';
import { type DemoDocument, renderReport } from './view/report';
import { createLiveView, createPlainView } from './view/view';

const root = resolve(__dirname, '..', '..', '..');
const startedAt = systemClock.now();
const run = `${startedAt.toString(36)}${randomBytes(2).toString('hex')}`;
const folder = join(root, '.baton', 'demo', run);
const abort = new AbortController();
const colors = createColors(process.stderr.isTTY && process.env.NO_COLOR === undefined);

const out = (text: string) => void process.stdout.write(text);
const err = (text: string) => void process.stderr.write(text);

const interrupted = new Promise<never>((_, reject) => {
  abort.signal.addEventListener('abort', () => reject(abort.signal.reason));
});
interrupted.catch(() => undefined);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!abort.signal.aborted) err('\nStopping what was started ...\n');
    abort.abort(new BatonError('demo-failed', `The demonstration was stopped by ${signal}.`));
  });
}

const main = async (): Promise<number> => {
  const options = parseOptions(process.argv.slice(2), { out, err });
  const loans = await loansOf(options);
  await mkdir(folder, { recursive: true });
  const stack = await findOrStart(options);
  try {
    const document = await demonstrate(stack, options, loans);
    if (options.output === 'json') out(`${JSON.stringify(document, null, 2)}\n`);
    else
      out(renderReport(document, createColors(process.stdout.isTTY && process.env.NO_COLOR === undefined)));
    return findings(document).length === 0 ? 0 : 1;
  } finally {
    await stack.end();
  }
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

/** A stack that answers already is used and left alone; otherwise one is started and goes with this process. */
const findOrStart = async ({ keep }: DemoOptions): Promise<Stack & { end: () => Promise<void> }> => {
  const { env } = process;
  const named = { root, name: 'default', env };
  const given = Boolean(env.KAFKA_BROKERS || env.SCHEMA_REGISTRY_URL);
  const found = given ? undefined : await findStack(named);
  if (found !== undefined) return { ...found, end: async () => {} };
  const reporter = createReporter({ write: err, isTerminal: process.stderr.isTTY, now: systemClock.now });
  const ephemeral = !given && !keep;
  const stack = await startStack({
    ...named,
    ...(ephemeral ? { name: 'demo' } : {}),
    ephemeral,
    reporter,
    signal: abort.signal,
  });
  return { ...stack, end: ephemeral ? stack.stop : async () => {} };
};

const demonstrate = async (stack: Stack, options: DemoOptions, loans: LoanSource): Promise<DemoDocument> => {
  const env = {
    ...process.env,
    KAFKA_BROKERS: stack.brokers.join(','),
    SCHEMA_REGISTRY_URL: stack.registry,
    CONTROL_TOPIC: `baton.control.${run}`,
    PRESENCE_TOPIC: `baton.presence.${run}`,
    LEASE_MS: String(leaseMs),
  };
  const clock = systemClock;
  const kafka = createKafkaPorts({
    brokers: stack.brokers,
    clientId: `demo-${run}`,
    logger: silentLogger,
  });
  const isLive = options.output === 'text' && process.stderr.isTTY;
  const view = (isLive ? createLiveView : createPlainView)({ write: err, clock, colors });
  const { post, close } = createPostLoan();
  try {
    return await runDemo({
      ...{ run, folder, startedAt, kafka, loans, post, view, clock, interrupted, rate: options.rate },
      baton: createBatonCommand({ root, env, logFile: join(folder, 'baton.log') }),
      fleet: createFleet({ run, root, logFolder: folder, env, clock }),
    });
  } finally {
    close();
    await kafka.close();
  }
};

const usageExit = 64;
const interruptedExit = 130;

main()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExit;
    err(
      `${colors.red('error')} ${isBatonError(error) ? `[${error.code}] ${error.message}` : String(error)}\n`,
    );
    err(`logs: ${folder}\n`);
    if (abort.signal.aborted) return interruptedExit;
    return isBatonError(error, 'invalid-argument') || isBatonError(error, 'invalid-data') ? usageExit : 1;
  })
  .then((code) => {
    process.exitCode = code;
  });
