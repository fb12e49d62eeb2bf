import { BatonError, type ErrorCode } from '@baton/core';

/** How commands end that nobody let finish: 128 and the number of SIGINT, as shells say it. */
export const interruptedExit = 130;
/** How commands end that were called wrongly. */
export const usageExit = 64;

/** What a person or a scheduler who ends a command comes to. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Rejects with the reason; to be raced with what cannot be aborted. */
  readonly interrupted: Promise<never>;
}

/** Listens to SIGINT and SIGTERM, so that a command can stop what it has started. */
export const watchInterruption = ({
  process,
  say,
  code,
  what,
}: {
  readonly process: Pick<NodeJS.Process, 'on'>;
  readonly say: (text: string) => void;
  readonly code: ErrorCode;
  /** What was stopped: "the run", say. */
  readonly what: string;
}): Interruption => {
  const abort = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    abort.signal.addEventListener('abort', () => reject(abort.signal.reason));
  });
  interrupted.catch(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) return;
      say('\nStopping what was started ...\n');
      abort.abort(new BatonError(code, `${what} was stopped by ${signal}.`));
    });
  }
  return { signal: abort.signal, interrupted };
};
