import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BatonError, isBatonError } from '@baton/core';
import type { Stack } from './controls';
import { isDownloaded } from './downloads';
import { withLock } from './lock';
import { brokerParts, checkSize, nodePorts } from './nodes';
import { foreignStack, ownStack } from './own-stack';
import { choosePorts } from './ports';
import { identify } from './process-identity';
import { brokerAnswers, registryAnswers } from './ready';
import { type Reporter, silentReporter } from './reporter';
import { type Deps, engineOf, type Running, stateOf, stopAt } from './running-stack';
import { waitUntilReady, waitUntilTogether } from './start';
import {
  type BrokerOptions,
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
  /** 1 or 3; a stack that exists keeps its number, and a new one has 1 unless given. Several need Java. */
  readonly brokers?: number;
  /** How a stack's brokers are to differ from the usual ones, from its next start on. */
  readonly brokerOptions?: BrokerOptions;
  /** Ends the start; what it had started by then is stopped. */
  readonly signal?: AbortSignal;
}

/** Finds or starts brokers and a registry; resolves once all answer real requests. */
export const startStack = async (options: StartOptions): Promise<Stack> => {
  const deps: Deps = {
    env: options.env ?? process.env,
    reporter: options.reporter ?? silentReporter,
    signal: options.signal,
  };
  const wish = wishOf(options);
  if (options.ephemeral) return startEphemeral(options.name, wish, deps);
  if (wish.brokerOptions?.smallDisk !== undefined) throw keptInMemory();
  const place = placeOf(options.root, options.name);
  const onWait = () => deps.reporter.phase(`Waiting for another start of the stack "${place.name}"`);
  return withLock(place.lockFile, () => findOrStart(place, wish, deps), { onWait, signal: deps.signal });
};

/** What a caller wants of a stack; nothing of it counts where nothing is given. */
interface Wish {
  readonly brokers: number | undefined;
  readonly brokerOptions: BrokerOptions | undefined;
}

const wishOf = ({ brokers, brokerOptions }: StartOptions): Wish => ({
  brokers: brokers === undefined ? undefined : checkSize(brokers),
  brokerOptions,
});

const keptInMemory = (): BatonError =>
  new BatonError(
    'invalid-argument',
    'Expected an ephemeral stack for a small disk, which is lost when it stops, got one that keeps its messages. Start with ephemeral: true.',
  );

/** The stack of that name if all its servers answer. */
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

const findOrStart = async (place: StackPlace, wish: Wish, deps: Deps): Promise<Stack> => {
  const addresses = { brokers: deps.env.KAFKA_BROKERS, registry: deps.env.SCHEMA_REGISTRY_URL };
  if (addresses.brokers || addresses.registry) return useEnvironment(place, addresses);
  const known = await readState(place.stateFile);
  if (known?.ports !== undefined) {
    const engine = engineOf(known, deps);
    const parts = [...brokerParts(known.ports), 'registry'] as const;
    if ((await Promise.all(parts.map(engine.isRunning))).includes(true)) {
      keepSize(place, wish, known.ports);
      return bringUp({ place, engine, state: known, deps });
    }
  }
  return startFresh(place, wish, deps);
};

/** The way to run servers of our own: brokers that are several, or unusual, run with Java alone. */
const chooseOwnWay = async ({ brokers = 1, brokerOptions }: Wish, { env }: Deps): Promise<Way> => {
  const facts = await inspectTools(env, await isDownloaded(env));
  const unusual = brokers > 1 || brokerOptions !== undefined;
  const because = 'docker runs one broker with the usual settings only';
  return chooseWay(unusual ? { ...facts, docker: { usable: false, because } } : facts).way;
};

/** A stack with messages keeps its number of brokers: they would not find each other otherwise. */
const keepSize = ({ name }: StackPlace, { brokers }: Wish, ports: Ports): number => {
  const kept = nodePorts(ports).length;
  if (brokers === undefined || brokers === kept) return kept;
  throw new BatonError(
    'invalid-argument',
    `Expected ${kept} for the number of brokers, which the stack "${name}" has, got ${brokers}. Choose another name, or remove this one with npm run stack -- stop --name ${name} --purge.`,
  );
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

const startFresh = async (place: StackPlace, wish: Wish, deps: Deps): Promise<Stack> => {
  const last = await readLastStart(place.dataDir);
  const brokers = last === undefined ? (wish.brokers ?? 1) : keepSize(place, wish, last.ports);
  const brokerOptions = wish.brokerOptions ?? last?.brokerOptions;
  const way = await chooseOwnWay({ brokers, brokerOptions }, deps);
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts(attempt === 1 ? last?.ports : undefined, { brokers });
    const state = stateOf(place, way, ports, brokerOptions);
    await writeState(place.stateFile, state);
    await writeLastStart(place.dataDir, { way, ports, ...(brokerOptions && { brokerOptions }) });
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

/**
 * All brokers start at once. The registry waits for a single broker by itself; of several it has to find all, because
 * it keeps as many copies of the schemas as there are brokers when it starts.
 */
const bringUp = async ({ place, engine, state, deps }: Running): Promise<Stack> => {
  await engine.prepare();
  const brokers = state.ports === undefined ? [] : brokerParts(state.ports);
  const launch = async (part: Part): Promise<void> => {
    if (await engine.isRunning(part)) return;
    deps.reporter.phase(`Starting the ${part} (${state.way})`);
    await engine.launch(part);
    await writeState(place.stateFile, { ...state, pids: engine.pids() });
  };
  const ready = { engine, addresses: state, signal: deps.signal };
  const answers = async (part: Part): Promise<void> => {
    await waitUntilReady(part, ready);
    deps.reporter.phase(`The ${part} answers`);
  };
  await Promise.all(brokers.map(launch));
  if (brokers.length === 1) await launch('registry');
  for (const part of brokers) await answers(part);
  if (brokers.length > 1) await waitUntilTogether(ready);
  await launch('registry');
  await answers('registry');
  return ownStack({ place, engine, state: { ...state, pids: engine.pids() }, deps });
};

const startEphemeral = async (name: string, wish: Wish, deps: Deps): Promise<Stack> => {
  // a machine that cannot run the stack says so before anything is made
  await chooseOwnWay(wish, deps);
  const folder = await mkdtemp(join(tmpdir(), 'baton-stack-'));
  const place = ephemeralPlace(folder, name);
  await watch(folder, name, deps.env);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const stack = await startFresh(place, wish, deps);
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
