import { BatonError } from '@baton/core';
import { type Logger, silentLogger } from '@baton/messaging';
import type { ControlLog, LoggedEntry } from '../ports/log';
import { type ControlEntry, type EntryKind, parseEntry } from './entries';
import { applyEntry } from './fold';
import { type ControlState, emptyState } from './state';

/** The control log as it is followed: its folded state, and the way to add to it. */
export interface ControlFollower {
  readonly logId: string;
  /** What the entries seen so far say. */
  state(): ControlState;
  /** Resolves once the state holds every entry that was stored when this was called. */
  catchUp(): Promise<void>;
  /** Calls back after every entry, with the state before and after it; returns how to stop. */
  onEntry(listener: (after: ControlState, before: ControlState) => void): () => void;
  /** Appends an entry; whether it counts is for the fold to say, after `catchUp`. */
  append(entry: ControlEntry): Promise<{ readonly offset: number; readonly at: number }>;
  /** Throws `not-authorized` if this process cannot decide such a thing: to be asked before anything else is done. */
  assertMayAppend(kind: EntryKind): void;
  /** Whether decisions need a seal, and of which key. */
  sealing(): Sealing;
  close(): Promise<void>;
}

/** Whether decisions need a seal: `no-key` where none is configured. */
export type Sealing =
  | { readonly kind: 'no-key' | 'not-begun' }
  | { readonly kind: 'sealed'; readonly key: string };

const sealingOf = (log: ControlLog): Sealing => {
  if (log.sealedWith === undefined) return { kind: 'no-key' };
  const key = log.sealedWith();
  return key === undefined ? { kind: 'not-begun' } : { kind: 'sealed', key };
};

/** Follows a control log from its first entry on. It takes the log over, since a log can be followed once. */
export const followControlLog = ({
  log,
  logger = silentLogger,
}: {
  log: ControlLog;
  logger?: Logger;
}): ControlFollower => {
  let state = emptyState;
  const listeners = new Set<(after: ControlState, before: ControlState) => void>();
  const hear = (entry: LoggedEntry): void => {
    const before = state;
    state = applyEntry(before, entry);
    if (state.strays.length > before.strays.length) {
      logger.warn({ offset: entry.offset, because: state.strays.at(-1)?.because }, 'void control log entry');
    }
    for (const listener of listeners) callSafely(logger, () => listener(state, before));
  };
  let started: Promise<void> | undefined;
  /** A log that could not be followed at first, since the broker was away, is followed once it is needed again. */
  const start = (): Promise<void> => {
    started ??= log.follow(hear).catch((error: unknown) => {
      started = undefined;
      throw error;
    });
    return started;
  };
  start().catch((error: unknown) => logger.warn({ err: error }, 'cannot follow the control log yet'));
  return {
    logId: log.id,
    state: () => state,
    catchUp: async () => {
      await start();
      await log.catchUp();
    },
    onEntry: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    append: async (entry) => log.append(checked(entry)),
    assertMayAppend: (kind) => log.assertMayAppend?.(kind),
    sealing: () => sealingOf(log),
    close: async () => {
      listeners.clear();
      await log.close();
    },
  };
};

/** Our own entries must be readable by the others before they are kept for ever. */
const checked = (entry: ControlEntry): ControlEntry => {
  const parsed = parseEntry(entry);
  if (parsed.kind === 'entry') return entry;
  throw new BatonError('invalid-argument', `Expected a readable control log entry, got: ${parsed.because}.`);
};

/** A listener that throws must not keep the log's entries from the others. */
const callSafely = (logger: Logger, call: () => void): void => {
  try {
    call();
  } catch (error) {
    logger.error({ err: error }, 'a listener of the control log failed');
  }
};
