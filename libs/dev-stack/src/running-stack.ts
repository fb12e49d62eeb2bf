import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { createDockerEngine } from './docker-engine';
import type { Engine, EngineState } from './engine';
import { createJavaEngine } from './java-engine';
import type { Reporter } from './reporter';
import { waitUntilReady } from './start';
import {
  type Part,
  type Ports,
  readLastStart,
  readState,
  removeState,
  type StackPlace,
  type StackState,
  type Way,
  writeState,
} from './state';
import { registryPath } from './versions';
import type { Environment } from './ways';

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

/** What every step of a start or stop needs. */
export interface Deps {
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** A stack with the engine that runs its servers. */
export interface Running {
  readonly place: StackPlace;
  readonly engine: Engine;
  readonly state: StackState;
  readonly deps: Deps;
}

/** A stack whose servers we run, and may stop and restart. */
export const ownStack = ({ place, engine, state, deps }: Running): Stack => {
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

/** A stack whose servers somebody else runs. */
export const foreignStack = (place: StackPlace, state: StackState): Stack => {
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

/** The state of a stack before any of its processes exists. */
export const stateOf = (place: StackPlace, way: Way, ports: Ports | undefined): StackState => ({
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

/** The engine for a stack that we run. */
export const engineOf = (state: StackState, { env, reporter, signal }: Deps): Engine => {
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
  return state === undefined || state.way === 'environment' ? 'not-running' : 'stopped';
};
