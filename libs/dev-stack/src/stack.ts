import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import { isDownloaded } from './downloads';
import { withLock } from './lock';
import { choosePorts } from './ports';
import { identify } from './process-identity';
import { brokerAnswers, registryAnswers } from './ready';
import { type Reporter, silentReporter } from './reporter';
import {
  type Deps,
  engineOf,
  foreignStack,
  ownStack,
  type Running,
  type Stack,
  stateOf,
  stopAt,
} from './running-stack';
import { waitUntilReady } from './start';
import {
  ephemeralPlace,
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
import { chooseWay, type Environment, inspectTools, unexamined } from './ways';

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
    await stopAt(place, { env: deps.env, reporter: silentReporter }, true);
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

const answers = async (state: StackState): Promise<boolean> =>
  (await brokerAnswers(state.brokers)) && (await registryAnswers(state.registry));
