import type { SchemaRegistry } from '@baton/contracts';
import { BatonError, isBatonError } from '@baton/core';
import { type Clock, type Logger, silentLogger } from '@baton/messaging';
import { CommanderError } from 'commander';
import { commands } from './commands';
import type { Command } from './commands/command';
import { candidates } from './completion/candidates';
import { completeWord } from './completion/scripts';
import { completionSources } from './completion/sources';
import type { BrokerPorts, Context } from './context';
import { exitCodes, exitOf } from './exit-codes';
import { createDataWriter, type DataWriter } from './output/data-writer';
import { errorJson, errorText, usageError } from './output/error-text';
import { createNotesLogger, createProgress, type Streams } from './output/streams';
import { createStyle, type Style } from './output/style';
import { createProgram, type GlobalFlags, globalOptions } from './program';
import { resolveSettings } from './settings/resolve';
import type { Settings } from './settings/settings';
import { createTerminal, type TerminalStreams } from './terminal';

/** The world as `main.ts` hands it in. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Who gives the command, for the control log. */
  readonly who: string;
  /** This process, as others see it in the presence. */
  readonly process: { readonly id: number; readonly host: string };
  readonly streams: Streams;
  /** Whether the streams are terminals. */
  readonly terminal: { readonly data: boolean; readonly notes: boolean };
  readonly input: TerminalStreams;
  readonly clock: Clock;
  /** Aborted when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Draws an id that never comes twice. */
  newId(): string;
  createBroker(options: { readonly settings: Settings; readonly logger: Logger }): BrokerPorts;
  createRegistry(settings: Settings): SchemaRegistry;
}

/** Runs one command line and answers the exit code. An interrupted one leaves its connections for the process to end. */
export const runCli = async (world: Surroundings): Promise<number> => {
  if (world.argv[0] === completeWord) return complete(world.argv.slice(1), world);
  let exit: number = exitCodes.ok.code;
  let complaint = '';
  const program = createProgram({
    commands,
    version: world.version,
    writeOut: world.streams.data,
    writeErr: (text) => {
      complaint += text;
    },
    chosen: async (command, raw, flags) => {
      exit = await executeCommand({ command, raw, flags, world });
    },
  });
  try {
    const argv = world.argv[0] === '--version' ? ['-V'] : [...world.argv];
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version')
      return exitCodes.ok.code;
    const forMachines = isForMachines(program.opts<GlobalFlags>());
    world.streams.notes(forMachines ? `${JSON.stringify(errorJson(usageError(complaint)))}\n` : complaint);
    return exitCodes.usage.code;
  }
};

/** Writes the candidates for a shell's completion, one a line; nothing where anything goes wrong. */
const complete = async (words: readonly string[], world: Surroundings): Promise<number> => {
  const connections = createConnections();
  try {
    const settings = resolveSettings({ flags: {}, env: world.env, cwd: world.cwd });
    const broker = connections.open(() => world.createBroker({ settings, logger: silentLogger }));
    const groupReader = () =>
      settings.brokers.value === undefined ? { list: async () => [] } : broker().groupReader;
    const sources = completionSources({ schemas: settings.schemas.value, groupReader, clock: world.clock });
    const found = await candidates(words, { commands, globalOptions, sources });
    if (found.length > 0) world.streams.data(`${found.join('\n')}\n`);
  } catch {
    // a half-written file or a broken setting must not disturb who types
  } finally {
    void connections.close();
  }
  return exitCodes.ok.code;
};

interface Execution {
  readonly command: Command;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly flags: GlobalFlags;
  readonly world: Surroundings;
}

const executeCommand = async ({ command, raw, flags, world }: Execution): Promise<number> => {
  const styles = stylesFor(flags, world);
  const connections = createConnections();
  try {
    const settings = resolveSettings({ flags, env: world.env, cwd: world.cwd });
    const data = createDataWriter(flags.output, world.streams, styles.data);
    const context = createContext(settings, { world, connections, styles, data, debug: flags.debug });
    const work = withAddresses(command.execute(raw, context), settings);
    const finished = await (command.whenInterrupted === 'finish'
      ? work
      : orInterrupted(work, world.interrupted));
    if (finished === 'interrupted') {
      world.streams.notes('Interrupted. What was begun is gone on with when the command runs again.\n');
      return exitCodes.interrupted.code;
    }
    data.end(finished, { streamed: command.lines !== undefined });
    if (finished.next !== undefined) world.streams.notes(`${styles.notes.dim('next:')} ${finished.next}\n`);
    return exitCodes[finished.exit].code;
  } catch (error) {
    world.streams.notes(failureText(error, flags, styles));
    return exitCodes[exitOf(error)].code;
  } finally {
    const closed = connections.close();
    if (!world.interrupted.aborted) await closed;
  }
};

const isForMachines = ({ output }: GlobalFlags): boolean => output === 'json' || output === 'jsonl';

const failureText = (error: unknown, flags: GlobalFlags, styles: Styles): string =>
  isForMachines(flags)
    ? `${JSON.stringify(errorJson(error))}\n`
    : errorText(error, { style: styles.notes, debug: flags.debug === true });

/** Names the brokers that were asked, where none of them answers. */
const withAddresses = async <T>(work: Promise<T>, { brokers }: Settings): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!isBatonError(error, 'broker-unavailable') || brokers.value === undefined) throw error;
    const asked = `Brokers: ${brokers.value.join(', ')} (from ${brokers.origin}).`;
    throw new BatonError(error.code, `${error.message} ${asked}`, {
      details: { ...error.details, brokers: brokers.value, origin: brokers.origin },
      cause: error,
    });
  }
};

interface Styles {
  readonly data: Style;
  readonly notes: Style;
}

const stylesFor = ({ color }: GlobalFlags, { env, terminal }: Surroundings): Styles => {
  const wanted = color && !env.NO_COLOR;
  return {
    data: createStyle({ colors: wanted && terminal.data }),
    notes: createStyle({ colors: wanted && terminal.notes }),
  };
};

interface Connections {
  open<T extends { close(): Promise<void> }>(connect: () => T): () => T;
  close(): Promise<void>;
}

const createConnections = (): Connections => {
  const opened: { close(): Promise<void> }[] = [];
  return {
    open: (connect) => {
      let connection: ReturnType<typeof connect> | undefined;
      return () => {
        if (connection === undefined) {
          connection = connect();
          opened.push(connection);
        }
        return connection;
      };
    },
    close: async () => {
      await Promise.allSettled(opened.map((connection) => connection.close()));
    },
  };
};

interface ContextParts {
  readonly world: Surroundings;
  readonly connections: Connections;
  readonly styles: Styles;
  readonly data: DataWriter;
  readonly debug: boolean | undefined;
}

const createContext = (
  settings: Settings,
  { world, connections, styles, data, debug }: ContextParts,
): Context => ({
  settings,
  cwd: world.cwd,
  env: world.env,
  clock: world.clock,
  who: world.who,
  process: world.process,
  newId: world.newId,
  progress: createProgress(world.streams, { style: styles.notes, bars: world.terminal.notes }),
  terminal: createTerminal(world.input),
  interrupted: world.interrupted,
  line: data.line,
  broker: connections.open(() => {
    required(settings.brokers.value, 'brokers');
    const logger = debug === true ? createNotesLogger(world.streams, styles.notes) : silentLogger;
    return world.createBroker({ settings, logger });
  }),
  registry: () => {
    required(settings.registry.value, 'registry');
    return world.createRegistry(settings);
  },
});

const required = <T>(value: T | undefined, name: 'brokers' | 'registry'): T => {
  if (value !== undefined) return value;
  throw new BatonError(
    'invalid-configuration',
    `No address of the ${name} is known. Give --${name}, set ${name === 'registry' ? 'SCHEMA_REGISTRY_URL' : 'KAFKA_BROKERS'}, write it in baton.yaml, or start the development stack.`,
  );
};

const orInterrupted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T | 'interrupted'> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve('interrupted');
    signal.addEventListener('abort', () => resolve('interrupted'), { once: true });
    work.then(resolve, reject);
  });
