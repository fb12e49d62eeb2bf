import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import { createDockerEngine } from './docker-engine';
import { isDownloaded } from './downloads';
import type { Engine, EngineState } from './engine';
import { createJavaEngine } from './java-engine';
import { withLock } from './lock';
import { choosePorts } from './ports';
import { identify } from './process-identity';
import { brokerAnswers, registryAnswers } from './ready';
import { type Reporter, silentReporter } from './reporter';
import { waitUntilReady } from './start';
import {
  ephemeralPlace,
  type Part,
  type Ports,
  placeOf,
  readLastStart,
  readState,
  removeState,
  type StackPlace,
  type StackState,
  type Way,
  writeLastStart,
  writeState,
} from './state';
import { registryPath } from './versions';
import { chooseWay, type Environment, inspectTools, unexamined } from './ways';

/** A broker and a registry that answer. What is started or stopped here keeps its data and its addresses. */
export interface Stack {
  readonly name: string;
  readonly way: Way;
  readonly brokers: string[];
  /** Base URL of the Confluent-compatible API, with its path. */
  readonly registry: string;
  /** What the state file says; process ids change when a server restarts. */
  state(): StackState;
  /** Stops exactly what was started for this stack. Safe to call twice. */
  stop(): Promise<void>;
  startBroker(): Promise<void>;
  stopBroker(): Promise<void>;
  restartBroker(): Promise<void>;
  /** Ends the broker without a chance to finish anything. */
  killBroker(): Promise<void>;
  startRegistry(): Promise<void>;
  stopRegistry(): Promise<void>;
  restartRegistry(): Promise<void>;
}

export interface StackName {
  /** Folder of the project whose `.baton/stacks` is meant. */
  readonly root: string;
  readonly name: string;
  readonly env?: Environment;
}

export interface StartOptions extends StackName {
  readonly reporter?: Reporter;
  /** A stack of one's own in a temporary folder, gone without a trace when stopped or when this process ends. */
  readonly ephemeral?: boolean;
  /** Ends the start; what it had started by then is stopped. */
  readonly signal?: AbortSignal;
}

interface Deps {
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

interface Running {
  readonly place: StackPlace;
  readonly engine: Engine;
  readonly state: StackState;
  readonly deps: Deps;
}

/** Finds or starts a broker and a registry; resolves once both answer real requests. */
export const startStack = async (options: StartOptions): Promise<Stack> => {
  const deps: Deps = {
    env: options.env ?? process.env,
    reporter: options.reporter ?? silentReporter,
    signal: options.signal,
  };
  if (options.ephemeral) return startEphemeral(options.name, deps);
  const place = placeOf(options.root, options.name);
  const onWait = () => deps.reporter.phase(`Waiting for another start of the stack "${place.name}"`);
  return withLock(place.lockFile, () => findOrStart(place, deps), { onWait, signal: deps.signal });
};

/** The stack of that name if both its servers answer. */
export const findStack = async ({ root, name, env = process.env }: StackName): Promise<Stack | undefined> => {
  const place = placeOf(root, name);
  const state = await readState(place.stateFile);
  if (state === undefined || !(await answers(state))) return undefined;
  const deps: Deps = { env, reporter: silentReporter };
  return state.way === 'environment'
    ? foreignStack(place, state)
    : ownStack({ place, engine: engineOf(state, deps), state, deps });
};

/** Stops exactly what was started under that name; with `purge` its messages and schemas go too. */
export const stopStack = async ({
  root,
  name,
  env = process.env,
  purge = false,
}: StackName & { readonly purge?: boolean }): Promise<'stopped' | 'not-running'> => {
  const place = placeOf(root, name);
  return withLock(place.lockFile, () => stopAt(place, { env, reporter: silentReporter }, purge));
};

/** Stops the stack that a state file describes. */
export const stopAt = async (
  place: StackPlace,
  deps: Deps,
  purge: boolean,
): Promise<'stopped' | 'not-running'> => {
  const state = await readState(place.stateFile);
  const last = await readLastStart(place.dataDir);
  if (state !== undefined && state.way !== 'environment') await engineOf(state, deps).dismantle({ purge });
  else if (purge && last !== undefined)
    await engineOf(stateOf(place, last.way, last.ports), deps).dismantle({ purge });
  if (purge) await rm(place.dataDir, { recursive: true, force: true });
  await removeState(place.stateFile);
  return state === undefined ? 'not-running' : 'stopped';
};

const findOrStart = async (place: StackPlace, deps: Deps): Promise<Stack> => {
  const addresses = { brokers: deps.env.KAFKA_BROKERS, registry: deps.env.SCHEMA_REGISTRY_URL };
  if (addresses.brokers || addresses.registry) return useEnvironment(place, addresses);
  const known = await readState(place.stateFile);
  if (known !== undefined && known.way !== 'environment') {
    const engine = engineOf(known, deps);
    if ((await engine.isRunning('broker')) || (await engine.isRunning('registry')))
      return bringUp({ place, engine, state: known, deps });
  }
  const choice = chooseWay(await inspectTools(deps.env, await isDownloaded(deps.env)));
  return startFresh(place, choice.way, deps);
};

/** Servers that somebody else runs are only looked at. A state file of a stack that we run stays as it is. */
const useEnvironment = async (
  place: StackPlace,
  addresses: { brokers: string | undefined; registry: string | undefined },
): Promise<Stack> => {
  const choice = chooseWay({ ...unexamined, ...addresses });
  if (choice.way !== 'environment') throw new Error('unreachable: addresses were given');
  const state = {
    ...stateOf(place, 'environment', undefined),
    brokers: choice.brokers,
    registry: choice.registry,
  };
  const [broker, registry] = await Promise.all([
    brokerAnswers(state.brokers),
    registryAnswers(state.registry),
  ]);
  if (!broker || !registry) throw silent(state, { broker, registry });
  const known = await readState(place.stateFile);
  if (known === undefined || known.way === 'environment') await writeState(place.stateFile, state);
  return foreignStack(place, state);
};

const silent = (state: StackState, answered: { broker: boolean; registry: boolean }): BatonError => {
  const quiet = [
    answered.broker ? [] : `the broker at KAFKA_BROKERS=${state.brokers.join(',')}`,
    answered.registry ? [] : `the registry at SCHEMA_REGISTRY_URL=${state.registry}`,
  ].flat();
  return new BatonError(
    'stack-unavailable',
    `Expected an answer from ${quiet.join(' and ')}, got none. Start it, correct the address, or unset both variables to have a stack started.`,
  );
};

const startsOnOtherPorts = 3;

const startFresh = async (place: StackPlace, way: Way, deps: Deps): Promise<Stack> => {
  const last = await readLastStart(place.dataDir);
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(attempt === 1 ? last?.ports : undefined);
    const state = stateOf(place, way, ports);
    await writeState(place.stateFile, state);
    await writeLastStart(place.dataDir, { way, ports });
    const engine = engineOf(state, deps);
    try {
      return await bringUp({ place, engine, state, deps });
    } catch (error) {
      await engineOf((await readState(place.stateFile)) ?? state, {
        env: deps.env,
        reporter: silentReporter,
      }).dismantle({
        purge: false,
      });
      await removeState(place.stateFile);
      const portTaken = isBatonError(error) && error.details.portTaken === true;
      if (!portTaken || attempt === startsOnOtherPorts) throw error;
    }
  }
};

/** Both servers start at once; the registry waits for the broker by itself. */
const bringUp = async ({ place, engine, state, deps }: Running): Promise<Stack> => {
  await engine.prepare();
  for (const part of ['broker', 'registry'] as const) {
    if (await engine.isRunning(part)) continue;
    deps.reporter.phase(`Starting the ${part} (${state.way})`);
    await engine.launch(part);
    await writeState(place.stateFile, { ...state, pids: engine.pids() });
  }
  const current = { ...state, pids: engine.pids() };
  for (const part of ['broker', 'registry'] as const) {
    await waitUntilReady(part, { engine, addresses: state, signal: deps.signal });
    deps.reporter.phase(`The ${part} answers`);
  }
  return ownStack({ place, engine, state: current, deps });
};

const startEphemeral = async (name: string, deps: Deps): Promise<Stack> => {
  const choice = chooseWay(await inspectTools(deps.env, await isDownloaded(deps.env)));
  const folder = await mkdtemp(join(tmpdir(), 'baton-stack-'));
  const place = ephemeralPlace(folder, name);
  await watch(folder, name, deps.env);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const stack = await startFresh(place, choice.way, deps);
    const stop = async () => {
      await stopAt(place, deps, true);
      await remove();
    };
    return { ...stack, stop };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** A small process of its own that stops the stack should this process end without doing so. */
const watch = async (folder: string, name: string, env: Environment): Promise<void> => {
  const parent = await identify(process.pid);
  const script = resolve(__dirname, '..', 'bin', 'watchdog.js');
  const args = [script, JSON.stringify({ folder, name, parent })];
  spawn(process.execPath, args, { env, detached: true, stdio: 'ignore' }).unref();
};

const stateOf = (place: StackPlace, way: Way, ports: Ports | undefined): StackState => ({
  schemaVersion: 1,
  name: place.name,
  way,
  brokers: ports === undefined ? [] : [`127.0.0.1:${ports.broker}`],
  registry: ports === undefined ? '' : `http://127.0.0.1:${ports.registry}${registryPath}`,
  registryPath,
  ...(ports === undefined ? {} : { ports }),
  pids: {},
  dataDir: place.dataDir,
  startedAt: new Date().toISOString(),
});

const engineOf = (state: StackState, { env, reporter, signal }: Deps): Engine => {
  if (state.ports === undefined) throw new Error(`unreachable: the stack "${state.name}" has no ports`);
  const own: EngineState = { ...state, ports: state.ports };
  return state.way === 'docker'
    ? createDockerEngine({
        state: own,
        env,
        reporter,
        composeFile: resolve(__dirname, '../../../docker-compose.yml'),
        signal,
      })
    : createJavaEngine({ state: own, env, reporter, signal });
};

const answers = async (state: StackState): Promise<boolean> =>
  (await brokerAnswers(state.brokers)) && (await registryAnswers(state.registry));

const ownStack = ({ place, engine, state, deps }: Running): Stack => {
  const now = () => ({ ...state, pids: engine.pids() });
  const note = () => writeState(place.stateFile, now());
  const start = async (part: Part) => {
    await engine.launch(part);
    await note();
    await waitUntilReady(part, { engine, addresses: state });
  };
  const halt = async (part: Part, how: 'gently' | 'at-once') => {
    await engine.halt(part, how);
    await note();
  };
  const restart = async (part: Part) => {
    await halt(part, 'gently');
    await start(part);
  };
  return {
    ...commonOf(state),
    state: now,
    stop: async () => {
      await stopAt(place, deps, false);
    },
    startBroker: () => start('broker'),
    stopBroker: () => halt('broker', 'gently'),
    restartBroker: () => restart('broker'),
    killBroker: () => halt('broker', 'at-once'),
    startRegistry: () => start('registry'),
    stopRegistry: () => halt('registry', 'gently'),
    restartRegistry: () => restart('registry'),
  };
};

const foreignStack = (place: StackPlace, state: StackState): Stack => {
  const refuse = async () => {
    throw new BatonError(
      'invalid-argument',
      `The stack "${place.name}" was found by KAFKA_BROKERS and SCHEMA_REGISTRY_URL, so somebody else runs it. Unset both for a stack that can be stopped and restarted.`,
    );
  };
  return {
    ...commonOf(state),
    state: () => state,
    stop: async () => {},
    startBroker: refuse,
    stopBroker: refuse,
    restartBroker: refuse,
    killBroker: refuse,
    startRegistry: refuse,
    stopRegistry: refuse,
    restartRegistry: refuse,
  };
};

const commonOf = (state: StackState) => ({
  name: state.name,
  way: state.way,
  brokers: [...state.brokers],
  registry: state.registry,
});
