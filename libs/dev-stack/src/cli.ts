import { parseArgs } from 'node:util';
import { BatonError, isBatonError } from '@baton/core';
import type { Stack } from './controls';
import { errorDocument, wantsJson } from './error-document';
import { usageExit } from './interruption';
import { createReporter } from './reporter';
import { findStack, startStack, stopStack } from './stack';
import type { Environment } from './ways';

export interface StackCommandDeps {
  readonly args: readonly string[];
  readonly root: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
}

const help = `Finds or starts Kafka brokers and a schema registry for development.

Usage: npm run stack -- [start|status|stop] [options]

  start            find or start them, wait until they answer, print their addresses (default)
  status           print the addresses; exit 1 if the stack is not running
  stop             stop exactly what start started; messages and schemas stay

Options
  --name NAME      another stack beside the first (default "default")
  --brokers N      with start: 1 (default) or 3 brokers; an existing stack keeps its number
  --purge          with stop: remove messages and schemas too
  -o, --output     "text" (default) or "json"
  -h, --help       this text

Taken in this order: KAFKA_BROKERS and SCHEMA_REGISTRY_URL from the environment; a running Docker engine
with Compose; Java 17 or newer with Maven. Addresses are written to .baton/stacks/NAME.json.
`;

type Verb = 'start' | 'status' | 'stop';

interface Command {
  readonly verb: Verb;
  readonly name: string;
  readonly json: boolean;
  readonly purge: boolean;
  readonly brokers: number | undefined;
  readonly help: boolean;
}

/** Runs `npm run stack` and returns its exit code: data on stdout, everything else on stderr. */
export const runStackCommand = async (deps: StackCommandDeps): Promise<number> => {
  try {
    const command = parse(deps.args);
    if (command.help) {
      deps.stdout(help);
      return 0;
    }
    return await verbs[command.verb](command, deps);
  } catch (error) {
    if (deps.signal.aborted) {
      deps.stderr('Stopped before the stack was up; nothing was left running.\n');
      return 130;
    }
    if (!isBatonError(error)) throw error;
    deps.stderr(wantsJson(deps.args) ? errorDocument(error) : `${error.code}: ${error.message}\n`);
    return error.code === 'invalid-argument' ? usageExit : 1;
  }
};

const verbs: Readonly<Record<Verb, (command: Command, deps: StackCommandDeps) => Promise<number>>> = {
  start: async (command, deps) => {
    const { stderr: write, isTerminal, now, env } = deps;
    const reporter = createReporter({ write, isTerminal, now, color: isTerminal && !env.NO_COLOR });
    const stack = await startStack({
      root: deps.root,
      name: command.name,
      env,
      reporter,
      signal: deps.signal,
      ...(command.brokers === undefined ? {} : { brokers: command.brokers }),
    });
    print(stack, command, deps);
    return 0;
  },
  status: async (command, deps) => {
    const stack = await findStack({ root: deps.root, name: command.name, env: deps.env });
    if (stack !== undefined) print(stack, command, deps);
    else printStopped(command, deps);
    return stack === undefined ? 1 : 0;
  },
  stop: async (command, deps) => {
    const { root, env } = deps;
    const outcome = await stopStack({ root, name: command.name, env, purge: command.purge });
    if (outcome === 'not-running' || command.json) printStopped(command, deps);
    else deps.stdout(`Stack "${command.name}" was stopped${command.purge ? ' and removed' : ''}.\n`);
    return 0;
  },
};

const print = (stack: Stack, { json }: Command, { stdout }: StackCommandDeps): void => {
  const lines = json
    ? [JSON.stringify({ ...stack.state(), status: 'running' })]
    : [
        `Stack "${stack.name}" (${stack.way}) answers.`,
        `KAFKA_BROKERS=${stack.brokers.join(',')}`,
        `SCHEMA_REGISTRY_URL=${stack.registry}`,
      ];
  stdout(`${lines.join('\n')}\n`);
};

const printStopped = ({ name, json }: Command, { stdout }: StackCommandDeps): void =>
  stdout(
    json
      ? `${JSON.stringify({ schemaVersion: 1, name, status: 'stopped' })}\n`
      : `Stack "${name}" is not running.\n`,
  );

const parse = (args: readonly string[]): Command => {
  const { values, positionals } = read(args);
  const verb = positionals[0] ?? 'start';
  if (!isVerb(verb) || positionals.length > 1)
    throw refused(`Expected one of start, status, stop, got ${JSON.stringify(positionals.join(' '))}.`);
  const output = values.output ?? 'text';
  if (output !== 'text' && output !== 'json')
    throw refused(`Expected "text" or "json" after --output, got ${JSON.stringify(output)}.`);
  const purge = values.purge ?? false;
  if (purge && verb !== 'stop') throw refused('--purge goes with stop only.');
  const brokers = values.brokers === undefined ? undefined : Number(values.brokers);
  if (brokers !== undefined && verb !== 'start') throw refused('--brokers goes with start only.');
  const name = values.name ?? 'default';
  return { verb, name, json: output === 'json', purge, brokers, help: values.help ?? false };
};

const read = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        output: { type: 'string', short: 'o' },
        purge: { type: 'boolean' },
        brokers: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw refused(error instanceof Error ? error.message : String(error));
  }
};

const isVerb = (text: string): text is Verb => Object.hasOwn(verbs, text);

const refused = (message: string): BatonError =>
  new BatonError('invalid-argument', `${message} See npm run stack -- --help.`);
