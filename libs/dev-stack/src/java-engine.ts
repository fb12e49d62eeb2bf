import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { registryEnvironment } from './broker-config';
import { type Downloads, ensureDownloads } from './downloads';
import type { Engine, EngineState } from './engine';
import { dataFolderOf, launchBroker } from './java-broker';
import { launchJava, quickStart } from './java-process';
import { brokerParts, isBroker } from './nodes';
import { endProcess, isAlive, type ProcessIdentity, suspend } from './process-identity';
import type { Reporter } from './reporter';
import { smallDiskOf, unmountDisk } from './small-disk';
import { lastWordsOf } from './start';
import type { Part } from './state';
import { registryVersion } from './versions';
import type { Environment } from './ways';

export interface JavaEngineDeps {
  readonly state: EngineState;
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the servers as detached Java processes on this machine. */
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
  const suspendPart = async (part: Part, how: 'pause' | 'resume') => {
    const identity = running[part];
    if (identity !== undefined) await suspend(identity, how);
  };
  const prepare = () => ensureDownloads({ env, reporter, signal });
  return {
    prepare: async () => {
      await prepare();
    },
    isRunning,
    halt,
    pause: (part) => suspendPart(part, 'pause'),
    resume: (part) => suspendPart(part, 'resume'),
    launch: async (part) => {
      if (await isRunning(part)) return;
      const downloads = await prepare();
      await mkdir(state.dataDir, { recursive: true });
      const log = logFile(state, part);
      running[part] = isBroker(part)
        ? await launchBroker(part, { state, downloads, env, log })
        : await launchRegistry(state, downloads, env);
    },
    dismantle: async ({ purge }) => {
      const brokers = brokerParts(state.ports);
      // of several, the last ones have no majority left to ask for a gentle end
      const how = brokers.length > 1 && purge ? 'at-once' : 'gently';
      await halt('registry', 'gently');
      await Promise.all(brokers.map((part) => halt(part, how)));
      if (!purge) return;
      const disk = smallDiskOf(state);
      if (disk !== undefined) await unmountDisk(disk, env);
      for (const part of brokers) await rm(dataFolderOf(state, part), { recursive: true, force: true });
      await rm(state.dataDir, { recursive: true, force: true });
    },
    lastWords: async (part) => lastWordsOf(await readFile(logFile(state, part), 'utf8').catch(() => '')),
    pids: () => ({ ...running }),
  };
};

const logFile = ({ dataDir }: EngineState, part: Part): string => join(dataDir, `${part}.log`);

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
