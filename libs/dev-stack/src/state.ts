import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BatonError } from '@baton/core';
import type { ProcessIdentity } from './process-identity';

/** Where a stack came from. */
export type Way = 'environment' | 'docker' | 'java';

/** The first broker of a stack is `broker`, further ones are `broker-2` and `broker-3`. */
export type BrokerPart = 'broker' | `broker-${number}`;

/** The servers of a stack. */
export type Part = BrokerPart | 'registry';

/** The ports of one broker. */
export interface NodePorts {
  readonly broker: number;
  readonly controller: number;
}

export interface Ports extends NodePorts {
  readonly registry: number;
  /** Of the second and further brokers. */
  readonly others?: readonly NodePorts[];
}

/** How brokers run that are to differ from the usual ones; only brokers started with Java can. */
export interface BrokerOptions {
  /** Settings of the brokers, beside ours or in place of them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The largest heap of each broker: 768 for one broker, 320 for several, unless given. */
  readonly heapMb?: number;
  /** Listeners beside the usual one, for clients that are to prove who they are; `settings` are of this listener. */
  readonly listeners?: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: 'SSL' | 'SASL_SSL' | 'SASL_PLAINTEXT';
    readonly settings?: Readonly<Record<string, string>>;
  }[];
  /** Users that new storage knows by SCRAM-SHA-512, with their passwords. */
  readonly scramUsers?: Readonly<Record<string, string>>;
  /** A folder for what the brokers store, in place of the stack's own. */
  readonly dataDir?: string;
  /**
   * Gives one broker a disk of its own of this size, in memory, which can be filled. For ephemeral stacks, where
   * `smallDiskSupport` says that the machine can.
   */
  readonly smallDisk?: { readonly sizeMb: number; readonly node?: number };
}

/** What the state file of a stack says; other commands read their addresses here. */
export interface StackState {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly way: Way;
  readonly brokers: readonly string[];
  /** Base URL of the Confluent-compatible API, with its path. */
  readonly registry: string;
  readonly registryPath: string;
  /** Absent for a stack that somebody else runs. */
  readonly ports?: Ports;
  readonly pids: { readonly [part in Part]?: ProcessIdentity };
  /** Absent for a stack that runs as usual. */
  readonly brokerOptions?: BrokerOptions;
  /** Broker data, settings and logs of all servers. */
  readonly dataDir: string;
  readonly startedAt: string;
}

/** The files of one stack. */
export interface StackPlace {
  readonly name: string;
  readonly stateFile: string;
  readonly lockFile: string;
  readonly dataDir: string;
}

const validName = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** Where the stack `name` of a project lies: `<root>/.baton/stacks`. */
export const placeOf = (root: string, name: string): StackPlace => {
  if (!validName.test(name))
    throw new BatonError(
      'invalid-argument',
      `A stack name has lower-case letters, digits and dashes (at most 31), got ${JSON.stringify(name)}. Choose another name.`,
    );
  const folder = join(root, '.baton', 'stacks');
  return {
    name,
    stateFile: join(folder, `${name}.json`),
    lockFile: join(folder, `${name}.lock`),
    dataDir: join(folder, name),
  };
};

/** The files of a stack that lives in `folder` alone and goes with it. */
export const ephemeralPlace = (folder: string, name: string): StackPlace => ({
  name,
  stateFile: join(folder, 'stack.json'),
  lockFile: join(folder, 'stack.lock'),
  dataDir: join(folder, 'data'),
});

/** Reads a state file; one that is missing or not ours counts as no stack. */
export const readState = async (stateFile: string): Promise<StackState | undefined> => {
  const text = await readFile(stateFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseState(text);
};

/** Replaces the state file in one step, so that a reader never sees half of it. */
export const writeState = (stateFile: string, state: StackState): Promise<void> =>
  writeJson(stateFile, state);

/** Removes the state file: the stack is stopped. */
export const removeState = (stateFile: string): Promise<void> => rm(stateFile, { force: true });

/** What is kept about a stack while it is stopped: how it ran, and what the next start keeps. */
export interface LastStart {
  readonly way: Way;
  readonly ports: Ports;
  readonly brokerOptions?: BrokerOptions;
}

export const readLastStart = async (dataDir: string): Promise<LastStart | undefined> => {
  const text = await readFile(join(dataDir, 'last-start.json'), 'utf8').catch(() => undefined);
  const value = text === undefined ? undefined : parseJson(text);
  return isLastStart(value) ? value : undefined;
};

export const writeLastStart = (dataDir: string, last: LastStart): Promise<void> =>
  writeJson(join(dataDir, 'last-start.json'), last);

const parseState = (text: string): StackState | undefined => {
  const value = parseJson(text);
  return isState(value) ? value : undefined;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const isPorts = (value: unknown): value is Ports =>
  isNodePorts(value) &&
  'registry' in value &&
  Number.isInteger(value.registry) &&
  (!('others' in value) || (Array.isArray(value.others) && value.others.every(isNodePorts)));

const isNodePorts = (value: unknown): value is NodePorts =>
  isRecord(value) && Number.isInteger(value.broker) && Number.isInteger(value.controller);

const ways: readonly unknown[] = ['environment', 'docker', 'java'] satisfies readonly Way[];

const isLastStart = (value: unknown): value is LastStart =>
  isRecord(value) && ways.includes(value.way) && isPorts(value.ports);

const isState = (value: unknown): value is StackState =>
  isRecord(value) &&
  value.schemaVersion === 1 &&
  typeof value.name === 'string' &&
  typeof value.registry === 'string' &&
  typeof value.dataDir === 'string' &&
  ways.includes(value.way) &&
  Array.isArray(value.brokers) &&
  isRecord(value.pids);

const writeJson = async (file: string, value: unknown): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}.tmp`;
  await writeFile(draft, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(draft, file);
};
