import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is yes; false if time ran out. Rejects if the question does, or when aborted. */
export const waitFor = async (
  question: () => Promise<boolean>,
  { timeoutMs, everyMs = 100, signal }: WaitOptions,
): Promise<boolean> => {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await question()) return true;
    if (Date.now() >= deadline) return false;
    await delay(everyMs);
  }
};
