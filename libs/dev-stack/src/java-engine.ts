import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import { brokerLogging, brokerSettings, registryEnvironment, renderProperties } from './broker-config';
import { type Downloads, ensureDownloads } from './downloads';
import type { Engine, EngineState } from './engine';
import { endProcess, identify, isAlive, type ProcessIdentity } from './process-identity';
import type { Reporter } from './reporter';
import { run } from './run';
import { lastWordsOf } from './start';
import type { Part } from './state';
import { registryVersion } from './versions';
import { type Environment, javaCommand } from './ways';

export interface JavaEngineDeps {
  readonly state: EngineState;
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** Runs both servers as detached Java processes on this machine. */
export const createJavaEngine = ({ state, env, reporter, signal }: JavaEngineDeps): Engine => {
  const running: { [part in Part]?: ProcessIdentity } = { ...state.pids };
  const isRunning = async (part: Part) => {
    const identity = running[part];
    return identity !== undefined && (await isAlive(identity));
  };
  const halt = async (part: Part, how: 'gently' | 'at-once') => {
    const identity = running[part];
    if (identity === undefined) return;
    await endProcess(identity, { signal: how === 'gently' ? 'SIGTERM' : 'SIGKILL' });
    delete running[part];
  };
  const prepare = () => ensureDownloads({ env, reporter, signal });
  return {
    prepare: async () => {
      await prepare();
    },
    isRunning,
    halt,
    launch: async (part) => {
      if (await isRunning(part)) return;
      const downloads = await prepare();
      await mkdir(state.dataDir, { recursive: true });
      running[part] = await (part === 'broker' ? launchBroker : launchRegistry)(state, downloads, env);
    },
    dismantle: async ({ purge }) => {
      await halt('registry', 'gently');
      await halt('broker', 'gently');
      if (purge) await rm(state.dataDir, { recursive: true, force: true });
    },
    lastWords: async (part) => lastWordsOf(await readFile(logFile(state, part), 'utf8').catch(() => '')),
    pids: () => ({ ...running }),
  };
};

const logFile = ({ dataDir }: EngineState, part: Part): string => join(dataDir, `${part}.log`);

/** Fast to start rather than fast in the long run. */
const quickStart = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

const launchBroker = async (
  state: EngineState,
  downloads: Downloads,
  env: Environment,
): Promise<ProcessIdentity> => {
  const folder = join(state.dataDir, 'broker');
  const files = {
    settings: join(folder, 'server.properties'),
    logging: join(folder, 'log4j2.properties'),
    data: join(folder, 'data'),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(files.settings, renderProperties(brokerSettings(state.ports, files.data)));
  await writeFile(files.logging, brokerLogging);
  await formatOnce(files, downloads, env);
  // The heap may grow where many tests share a broker, and the full compiler pays under their load.
  const flags = ['-XX:+UseSerialGC', '-Xshare:auto', '-Xms256m', '-Xmx768m'];
  const args = [
    ...flags,
    `-Dlog4j2.configurationFile=${files.logging}`,
    '-cp',
    join(downloads.kafka, '*'),
    'kafka.Kafka',
    files.settings,
  ];
  return launchJava(args, { log: logFile(state, 'broker'), cwd: folder, env });
};

/** Gives empty storage its identity. Formatted storage is left as it is. */
const formatOnce = async (
  { settings, logging, data }: { settings: string; logging: string; data: string },
  downloads: Downloads,
  env: Environment,
): Promise<void> => {
  const formatted = await access(join(data, 'meta.properties')).then(
    () => true,
    () => false,
  );
  if (formatted) return;
  const clusterId = randomBytes(16).toString('base64url');
  const { exitCode, output } = await run(
    javaCommand(env),
    [
      ...quickStart,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      join(downloads.kafka, '*'),
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
      `--cluster-id=${clusterId.startsWith('-') ? `A${clusterId.slice(1)}` : clusterId}`,
      '--config',
      settings,
    ],
    { env },
  );
  if (exitCode !== 0)
    throw new BatonError(
      'stack-unavailable',
      `Expected Kafka to format its storage in ${data}, but it failed. Mend what it says, or remove the folder. Kafka said:\n${output.trim()}`,
    );
};

const launchRegistry = async (
  state: EngineState,
  downloads: Downloads,
  env: Environment,
): Promise<ProcessIdentity> => {
  const cwd = join(state.dataDir, 'registry');
  await mkdir(cwd, { recursive: true });
  const jar = join(downloads.registry, `apicurio-registry-app-${registryVersion}-runner.jar`);
  return launchJava([...quickStart, '-Xmx512m', '-jar', jar], {
    log: logFile(state, 'registry'),
    cwd,
    env: { ...env, ...registryEnvironment(state.ports) },
  });
};

/** Starts Java in a session of its own, so that neither Ctrl-C nor our end reaches it. */
const launchJava = async (
  args: readonly string[],
  { log, cwd, env }: { log: string; cwd: string; env: Environment },
): Promise<ProcessIdentity> => {
  const output = await open(log, 'a');
  try {
    const child = spawn(javaCommand(env), args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
    child.unref();
    const identity = child.pid === undefined ? await failed : await identify(child.pid);
    if (identity !== undefined) return identity;
    throw new BatonError(
      'stack-unavailable',
      `Expected ${javaCommand(env)} to start, but it did not. Check your Java installation; its output is in ${log}.`,
    );
  } finally {
    await output.close();
  }
};
