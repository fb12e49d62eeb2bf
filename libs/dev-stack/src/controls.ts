import { BatonError } from '@baton/core';
import type { ClusterView } from './cluster-view';
import type { Part, StackState, Way } from './state';

/** One or several brokers and a registry that answer. What is started or stopped here keeps its data and its addresses. */
export interface Stack extends StackControls, ClusterView {
  readonly name: string;
  readonly way: Way;
  /** In the order of their node ids. */
  readonly brokers: string[];
  /** Base URL of the Confluent-compatible API, with its path. */
  readonly registry: string;
  /** What the state file says; process ids change when a server restarts. */
  state(): StackState;
  /** Process id of a server that was started and not stopped; undefined where it is no process of this machine. */
  pidOf(part: Part): number | undefined;
  /** Stops exactly what was started for this stack. Safe to call twice. */
  stop(): Promise<void>;
}

/** What can be done to the servers one by one. Brokers are named by node id, from 1; without one, the first is meant. */
export interface StackControls {
  startBroker(node?: number): Promise<void>;
  stopBroker(node?: number): Promise<void>;
  restartBroker(node?: number): Promise<void>;
  /** Ends the broker without a chance to finish anything. */
  killBroker(node?: number): Promise<void>;
  /** Lets the broker do nothing, with its connections open, until it is resumed. */
  pauseBroker(node?: number): Promise<void>;
  resumeBroker(node?: number): Promise<void>;
  startRegistry(): Promise<void>;
  stopRegistry(): Promise<void>;
  restartRegistry(): Promise<void>;
  killRegistry(): Promise<void>;
  pauseRegistry(): Promise<void>;
  resumeRegistry(): Promise<void>;
  /** Fills the small disk to its last byte; a broker that then has to write ends itself. */
  fillDisk(): Promise<void>;
  /** Gives the room back; the broker is then to be started again. */
  freeDisk(): Promise<void>;
}

/** The controls of a stack that somebody else runs. */
export const refusingControls = (name: string): StackControls => {
  const refuse = async () => {
    throw new BatonError(
      'invalid-argument',
      `The stack "${name}" was found by KAFKA_BROKERS and SCHEMA_REGISTRY_URL, so somebody else runs it. Unset both for a stack that can be stopped and restarted.`,
    );
  };
  return {
    startBroker: refuse,
    stopBroker: refuse,
    restartBroker: refuse,
    killBroker: refuse,
    pauseBroker: refuse,
    resumeBroker: refuse,
    startRegistry: refuse,
    stopRegistry: refuse,
    restartRegistry: refuse,
    killRegistry: refuse,
    pauseRegistry: refuse,
    resumeRegistry: refuse,
    fillDisk: refuse,
    freeDisk: refuse,
  };
};
