import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { createKafkaPorts, createSchemaRegistry } from '@baton/kafka';
import { systemClock } from '@baton/messaging';
import { runCli } from './run';
import { connectionOptions, registryOptions } from './settings/connection';

/** How long a person waits for brokers that are away. */
const brokerLimitMs = 7_000;

/** Runs the command line of this process. */
export const main = async (): Promise<void> => {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  process.stdout.on('error', endWhereNobodyReads);
  process.stderr.on('error', endWhereNobodyReads);
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    version: packageVersion(),
    who: `${userName()}@${hostname()}`,
    process: { id: process.pid, host: hostname() },
    streams: { data: (text) => process.stdout.write(text), notes: (text) => process.stderr.write(text) },
    terminal: { data: process.stdout.isTTY === true, notes: process.stderr.isTTY === true },
    input: {
      input: process.stdin,
      data: process.stdout,
      notes: process.stderr,
      interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    },
    clock: systemClock,
    interrupted: interrupt.signal,
    newId: randomUUID,
    createBroker: ({ settings, logger }) =>
      createKafkaPorts({
        ...connectionOptions(settings),
        clientId: 'baton',
        limitMs: brokerLimitMs,
        logger,
        controlTopic: settings.controlTopic.value,
        presenceTopic: settings.presenceTopic.value,
      }),
    createRegistry: (settings) => createSchemaRegistry(registryOptions(settings)),
  });
  // a connection that some call left open must not keep a finished command from ending
  await Promise.all([written(process.stdout), written(process.stderr)]);
  process.exit();
};

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

/** `baton status | head` is no failure. */
const endWhereNobodyReads = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
};

/** In a container the user may have no name. */
const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? `user ${process.getuid?.() ?? 'unknown'}`;
  }
};

const packageVersion = (): string =>
  JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version;
