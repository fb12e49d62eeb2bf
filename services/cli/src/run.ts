import type { SchemaRegistry } from '@baton/contracts';
import { BatonError } from '@baton/core';
import { type Clock, type Logger, silentLogger } from '@baton/messaging';
import { CommanderError } from 'commander';
import { commands } from './commands';
import type { Command, Finished } from './commands/command';
import type { BrokerPorts, Context } from './context';
import { exitCodes, exitOf } from './exit-codes';
import { errorText } from './output/error-text';
import { createNotesLogger, createProgress, type Streams } from './output/streams';
import { createStyle, type Style } from './output/style';
import { createProgram, type GlobalFlags } from './program';
import { resolveSettings } from './settings/resolve';
import type { Settings } from './settings/settings';

/** The world as `main.ts` hands it in. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  /** Who gives the command, for the control log. */
  readonly who: string;
  readonly streams: Streams;
  /** Whether the streams are terminals. */
  readonly terminal: { readonly data: boolean; readonly notes: boolean };
  readonly clock: Clock;
  /** Aborted when the user interrupts. */
  readonly interrupted: AbortSignal;
  /** Draws an id that never comes twice. */
  newId(): string;
  createBroker(options: { readonly settings: Settings; readonly logger: Logger }): BrokerPorts;
  createRegistry(url: string): SchemaRegistry;
}

/** Runs one command line and answers the exit code. An interrupted one leaves its connections for the process to end. */
export const runCli = async (world: Surroundings): Promise<number> => {
  let exit: number = exitCodes.ok.code;
  const program = createProgram({
    commands,
    version: world.version,
    writeOut: world.streams.data,
    writeErr: world.streams.notes,
    chosen: async (command, raw, flags) => {
      exit = await executeCommand({ command, raw, flags, world });
    },
  });
  try {
    await program.parseAsync([...world.argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
        ? exitCodes.ok.code
        : exitCodes.usage.code;
    throw error;
  }
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
    const context = createContext(settings, { world, connections, style: styles.notes, debug: flags.debug });
    const finished = await orInterrupted(command.execute(raw, context), world.interrupted);
    if (finished === 'interrupted') {
      world.streams.notes('Interrupted. What was begun is gone on with when the command runs again.\n');
      return exitCodes.interrupted.code;
    }
    print(finished, { flags, world, styles });
    return exitCodes[finished.exit].code;
  } catch (error) {
    world.streams.notes(errorText(error, { style: styles.notes, debug: flags.debug === true }));
    return exitCodes[exitOf(error)].code;
  } finally {
    const closed = connections.close();
    if (!world.interrupted.aborted) await closed;
  }
};

const print = (
  finished: Finished,
  { flags, world, styles }: { flags: GlobalFlags; world: Surroundings; styles: Styles },
): void => {
  const text =
    flags.output === 'json' ? JSON.stringify(finished.document, undefined, 2) : finished.text(styles.data);
  if (text !== '') world.streams.data(text.endsWith('\n') ? text : `${text}\n`);
  if (finished.next !== undefined) world.streams.notes(`${styles.notes.dim('next:')} ${finished.next}\n`);
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
  readonly style: Style;
  readonly debug: boolean | undefined;
}

const createContext = (settings: Settings, { world, connections, style, debug }: ContextParts): Context => ({
  settings,
  cwd: world.cwd,
  clock: world.clock,
  who: world.who,
  newId: world.newId,
  progress: createProgress(world.streams, style),
  broker: connections.open(() => {
    required(settings.brokers.value, 'brokers');
    const logger = debug === true ? createNotesLogger(world.streams, style) : silentLogger;
    return world.createBroker({ settings, logger });
  }),
  registry: () => world.createRegistry(required(settings.registry.value, 'registry')),
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
