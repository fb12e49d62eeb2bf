import type { ProcessIdentity } from './process-identity';
import type { Part, StackState } from './state';

/** How the servers of a stack are run. */
export interface Engine {
  /** Fetches what the servers need and this machine does not have yet. */
  prepare(): Promise<void>;
  /** Starts the server unless it runs. Resolves once it was started, which is before it answers. */
  launch(part: Part): Promise<void>;
  /** Resolves once the server is gone; its data stays. `at-once` gives it no chance to finish anything. */
  halt(part: Part, how: 'gently' | 'at-once'): Promise<void>;
  /** Lets the server do nothing, with its connections open, until it is resumed. */
  pause(part: Part): Promise<void>;
  resume(part: Part): Promise<void>;
  isRunning(part: Part): Promise<boolean>;
  /** Stops all servers; with `purge` their data goes too. */
  dismantle(options: { readonly purge: boolean }): Promise<void>;
  /** The last lines a server wrote. */
  lastWords(part: Part): Promise<string>;
  /** The processes to note in the state file. */
  pids(): { readonly [part in Part]?: ProcessIdentity };
}

/** What every engine is built from. */
export type EngineState = Pick<StackState, 'name' | 'dataDir' | 'pids' | 'brokerOptions'> &
  Required<Pick<StackState, 'ports'>>;
