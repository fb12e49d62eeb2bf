import { BatonError } from '@baton/core';
import { createClusterView } from './cluster-view';
import { refusingControls, type Stack, type StackControls } from './controls';
import { brokerPart } from './nodes';
import { type Running, stopAt } from './running-stack';
import { fillDisk, freeDisk, smallDiskOf } from './small-disk';
import { waitUntilReady } from './start';
import { type BrokerPart, type Part, type StackPlace, type StackState, writeState } from './state';

/** A stack whose servers we run, and may stop and restart. */
export const ownStack = (running: Running): Stack => {
  const { place, engine, state, deps } = running;
  return {
    ...commonOf(state),
    ...controlsOf(running),
    state: () => ({ ...state, pids: engine.pids() }),
    pidOf: (part) => engine.pids()[part]?.pid,
    stop: async () => {
      await stopAt(place, deps, false);
    },
  };
};

/** A stack whose servers somebody else runs. */
export const foreignStack = (place: StackPlace, state: StackState): Stack => ({
  ...commonOf(state),
  ...refusingControls(place.name),
  state: () => state,
  pidOf: () => undefined,
  stop: async () => {},
});

const commonOf = (state: StackState) => ({
  ...createClusterView(state.brokers),
  name: state.name,
  way: state.way,
  brokers: [...state.brokers],
  registry: state.registry,
});

const controlsOf = ({ place, engine, state }: Running): StackControls => {
  const note = () => writeState(place.stateFile, { ...state, pids: engine.pids() });
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
  const broker = (node: number | undefined) => brokerOf(state, node);
  return {
    startBroker: async (node) => start(broker(node)),
    stopBroker: async (node) => halt(broker(node), 'gently'),
    restartBroker: async (node) => restart(broker(node)),
    killBroker: async (node) => halt(broker(node), 'at-once'),
    pauseBroker: async (node) => engine.pause(broker(node)),
    resumeBroker: async (node) => engine.resume(broker(node)),
    startRegistry: () => start('registry'),
    stopRegistry: () => halt('registry', 'gently'),
    restartRegistry: () => restart('registry'),
    killRegistry: () => halt('registry', 'at-once'),
    pauseRegistry: () => engine.pause('registry'),
    resumeRegistry: () => engine.resume('registry'),
    fillDisk: async () => fillDisk(diskOf(state)),
    freeDisk: async () => freeDisk(diskOf(state)),
  };
};

const brokerOf = ({ name, brokers }: StackState, node = 1): BrokerPart => {
  if (Number.isInteger(node) && node >= 1 && node <= brokers.length) return brokerPart(node);
  throw new BatonError(
    'invalid-argument',
    `Expected a broker from 1 to ${brokers.length} of the stack "${name}", got ${node}. Name one of them.`,
  );
};

const diskOf = (state: StackState): string => {
  const disk = smallDiskOf(state);
  if (disk !== undefined) return disk;
  throw new BatonError(
    'invalid-argument',
    `Expected a stack with a small disk, but "${state.name}" has none. Start it with the option smallDisk.`,
  );
};
