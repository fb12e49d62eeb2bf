import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createDockerEngine } from './docker-engine';
import type { Engine, EngineState } from './engine';
import { createJavaEngine } from './java-engine';
import { brokerAddresses } from './nodes';
import type { Reporter } from './reporter';
import {
  type BrokerOptions,
  type Ports,
  readLastStart,
  readState,
  removeState,
  type StackPlace,
  type StackState,
  type Way,
} from './state';
import { registryPath } from './versions';
import type { Environment } from './ways';

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

/** The state of a stack before any of its processes exists. */
export const stateOf = (
  place: StackPlace,
  way: Way,
  ports: Ports | undefined,
  brokerOptions?: BrokerOptions,
): StackState => ({
  schemaVersion: 1,
  name: place.name,
  way,
  brokers: ports === undefined ? [] : brokerAddresses(ports),
  registry: ports === undefined ? '' : `http://127.0.0.1:${ports.registry}${registryPath}`,
  registryPath,
  ...(ports === undefined ? {} : { ports }),
  pids: {},
  ...(brokerOptions === undefined ? {} : { brokerOptions }),
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
    await engineOf(stateOf(place, last.way, last.ports, last.brokerOptions), deps).dismantle({ purge });
  if (purge) await rm(place.dataDir, { recursive: true, force: true });
  await removeState(place.stateFile);
  return state === undefined || state.way === 'environment' ? 'not-running' : 'stopped';
};
