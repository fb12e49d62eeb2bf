import { type Clock, type Logger, systemClock } from '@baton/messaging';
import type { ProcessPort } from './process-port';

export interface LifecycleDeps {
  readonly process: ProcessPort;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** How long all closers together may take, in milliseconds. */
  readonly limitMs?: number;
}

export type Phase = 'starting' | 'running' | 'stopping' | 'stopped';

/** The end of a process: who has to be closed, in which order, and how long it may take. */
export interface Lifecycle {
  /** Adds something to close. The last one added is closed first. */
  onStop(name: string, close: () => Promise<void> | void): void;
  /** Runs what brings the service up; if that fails, so does the service. */
  start(work: () => Promise<void>): Promise<void>;
  /** Closes everything and exits with 0; with 1 if a closer failed or the limit passed. */
  stop(reason: string): Promise<void>;
  /** Logs what ended the service by itself, closes everything, and exits with 1. */
  fail(error: unknown, text: string): Promise<void>;
  phase(): Phase;
}

interface Closer {
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/**
 * Stops the process in order on SIGTERM and SIGINT, or when the process that started it with a channel is gone; at once
 * on a second signal that comes more than a second later. Errors that nobody caught are logged and end it with 1
 * without closing anything: its state is unknown.
 */
export const createLifecycle = (deps: LifecycleDeps): Lifecycle => {
  const { process, logger } = deps;
  const closers: Closer[] = [];
  let phase: Phase = 'starting';
  let exitCode = 0;
  let ending: Promise<void> | undefined;

  const end = (code: number): Promise<void> => {
    exitCode = Math.max(exitCode, code);
    if (phase !== 'stopped') phase = 'stopping';
    ending ??= Promise.resolve()
      .then(() => closeAll(closers, deps))
      .then((closed) => {
        phase = 'stopped';
        logger.info({ closed }, 'stopped');
        process.exit(closed === 'all' ? exitCode : 1);
      });
    return ending;
  };
  const lifecycle: Lifecycle = {
    onStop: (name, close) => void closers.push({ name, close }),
    start: async (work) => {
      try {
        await work();
        if (phase === 'starting') phase = 'running';
      } catch (error) {
        if (phase === 'starting') await lifecycle.fail(error, 'could not start');
        else logger.debug({ error }, 'start interrupted');
      }
    },
    stop: (reason) => {
      logger.info({ reason }, 'stopping');
      return end(0);
    },
    fail: (error, text) => {
      logger.error({ error }, text);
      return end(1);
    },
    phase: () => phase,
  };
  listen(lifecycle, deps);
  return lifecycle;
};

const signals = { SIGINT: 2, SIGTERM: 15 } as const;

/** A supervisor may signal a process and its group: what comes within this time is the same wish. */
const sameWishMs = 1_000;

const listen = (lifecycle: Lifecycle, { process, logger, clock = systemClock }: LifecycleDeps): void => {
  let signalledAt: number | undefined;
  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal, () => {
      if (signalledAt !== undefined) {
        if (clock.now() - signalledAt < sameWishMs) return;
        logger.warn({ signal }, 'second signal: exiting without closing');
        process.exit(128 + number);
        return;
      }
      signalledAt = clock.now();
      void lifecycle.stop(signal);
    });
  }
  process.on('disconnect', () => void lifecycle.stop('the parent process is gone'));
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => {
      logger.error({ error, event }, 'uncaught error: exiting without closing');
      process.exit(1);
    });
  }
};

type Closed = 'all' | 'with-errors' | 'not-in-time';

const closeAll = (closers: readonly Closer[], deps: LifecycleDeps): Promise<Closed> => {
  const { clock = systemClock, limitMs = 9_000, logger } = deps;
  const open = closers.map(({ name }) => name);
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => {
      logger.error({ open, limitMs }, 'not closed in time');
      resolve('not-in-time');
    });
    void closeInReverse(closers, open, logger).then((closed) => {
      cancel();
      resolve(closed);
    });
  });
};

const closeInReverse = async (
  closers: readonly Closer[],
  open: string[],
  logger: Logger,
): Promise<Closed> => {
  let closed: Closed = 'all';
  for (const { name, close } of [...closers].reverse()) {
    try {
      await close();
    } catch (error) {
      logger.error({ error, closing: name }, 'closing failed');
      closed = 'with-errors';
    }
    open.splice(open.lastIndexOf(name), 1);
  }
  return closed;
};
