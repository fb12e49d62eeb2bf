import type { ControlLog, LoggedEntry, PresenceStore } from '@baton/control';
import { BatonError } from '@baton/core';

/** A control log in memory: what a broker would keep, and any number of clients of it. */
export interface MemoryControlLog {
  /** A client, as one process would have it. Clients see entries a microtask later, in order. */
  connect(): ControlLog;
  /** What is stored. */
  entries(): readonly LoggedEntry[];
  /** Appends text that need not be JSON. */
  appendText(text: string): void;
}

export interface MemoryControlLogOptions {
  readonly id?: string;
  /** The broker's clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes an empty control log whose log-append times come from `now`, and never run backwards. */
export const createMemoryControlLog = ({ id = 'memory', now }: MemoryControlLogOptions): MemoryControlLog => {
  const stored: LoggedEntry[] = [];
  const readers = new Set<() => void>();
  const store = (text: string): LoggedEntry => {
    const at = Math.max(now(), stored.at(-1)?.at ?? 0);
    const entry = { offset: stored.length, at, value: parsed(text) };
    stored.push(entry);
    for (const wake of readers) queueMicrotask(wake);
    return entry;
  };
  return {
    connect: () => connect({ id, stored, readers, store }),
    entries: () => stored,
    appendText: (text) => {
      store(text);
    },
  };
};

interface Shared {
  readonly id: string;
  readonly stored: readonly LoggedEntry[];
  readonly readers: Set<() => void>;
  readonly store: (text: string) => LoggedEntry;
}

const connect = ({ id, stored, readers, store }: Shared): ControlLog => {
  let read = 0;
  let deliver: ((entry: LoggedEntry) => void) | undefined;
  const wake = (): void => {
    while (deliver !== undefined && read < stored.length) {
      const entry = stored[read];
      read += 1;
      if (entry !== undefined) deliver(entry);
    }
  };
  return {
    id,
    append: async (value) => {
      const { offset, at } = store(JSON.stringify(value));
      return { offset, at };
    },
    follow: async (listener) => {
      if (deliver !== undefined) throw followedTwice(id);
      deliver = listener;
      readers.add(wake);
      queueMicrotask(wake);
    },
    catchUp: async () => wake(),
    close: async () => {
      deliver = undefined;
      readers.delete(wake);
    },
  };
};

const followedTwice = (id: string): BatonError =>
  new BatonError(
    'invalid-argument',
    `Expected one follower of log ${id}, got another. Connect once for each.`,
  );

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A presence store in memory; `now` stamps what is put. */
export const createMemoryPresenceStore = ({ now }: { now: () => number }): PresenceStore => {
  const values = new Map<string, { readonly at: number; readonly value: unknown }>();
  return {
    put: async (instance, value) => {
      values.set(instance, { at: now(), value: JSON.parse(JSON.stringify(value)) });
    },
    remove: async (instance) => {
      values.delete(instance);
    },
    all: async () => new Map(values),
    close: async () => {},
  };
};
