import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createKafkaPorts, createSchemaRegistry } from '@baton/kafka';
import { systemClock } from '@baton/messaging';
import { runCli } from './run';

/** Runs the command line of this process. */
export const main = async (): Promise<void> => {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    version: packageVersion(),
    who: `${userInfo().username} with baton`,
    streams: { data: (text) => process.stdout.write(text), notes: (text) => process.stderr.write(text) },
    terminal: { data: process.stdout.isTTY === true, notes: process.stderr.isTTY === true },
    clock: systemClock,
    interrupted: interrupt.signal,
    newId: randomUUID,
    createBroker: ({ settings, logger }) =>
      createKafkaPorts({
        brokers: settings.brokers.value ?? [],
        clientId: 'baton',
        logger,
        controlTopic: settings.controlTopic.value,
        presenceTopic: settings.presenceTopic.value,
      }),
    createRegistry: (url) => createSchemaRegistry({ url }),
  });
};

const packageVersion = (): string =>
  JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version;
