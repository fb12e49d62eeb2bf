import { BatonError } from '@baton/core';
import type { Engine } from './engine';
import { isBroker, nodeOf } from './nodes';
import { brokerAnswers, brokerCarries, brokerServes, registryKeeps } from './ready';
import type { Part, StackState } from './state';
import { waitFor } from './wait';

export interface ReadyDeps {
  readonly engine: Engine;
  readonly addresses: Pick<StackState, 'brokers' | 'registry'>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** Resolves once the server answers real requests; rejects with its last words if it ends or takes too long. */
export const waitUntilReady = async (part: Part, deps: ReadyDeps): Promise<void> => {
  const { brokers, registry } = deps.addresses;
  if (!isBroker(part)) return waitForAnswer(part, () => registryKeeps(registry), deps);
  if (brokers.length > 1)
    return waitForAnswer(part, () => brokerServes(brokers[nodeOf(part) - 1] ?? ''), deps);
  await waitForAnswer(part, () => brokerAnswers(brokers), deps);
  await waitForAnswer(part, () => brokerCarries(brokers), deps);
};

/** Resolves once a message makes its way through several brokers that each answer. */
export const waitUntilTogether = (deps: ReadyDeps): Promise<void> =>
  waitForAnswer('broker', () => brokerCarries(deps.addresses.brokers), deps);

const waitForAnswer = async (
  part: Part,
  answers: () => Promise<boolean>,
  { engine, signal, timeoutMs = 120_000 }: ReadyDeps,
): Promise<void> => {
  const answered = await waitFor(
    async () => {
      if (await answers()) return true;
      if (await engine.isRunning(part)) return false;
      throw await failedToStart(part, engine, 'it ended');
    },
    { timeoutMs, everyMs: 100, signal },
  );
  if (!answered) throw await failedToStart(part, engine, `it did not answer within ${timeoutMs / 1000} s`);
};

const failedToStart = async (part: Part, engine: Engine, what: string): Promise<BatonError> => {
  const words = await engine.lastWords(part);
  return new BatonError(
    'stack-unavailable',
    `Expected the ${part} to start, but ${what}. Mend what it says, then start again. The ${part} said:\n${words}`,
    { details: { part, portTaken: saysPortTaken(words) } },
  );
};

/** Whether a server, or Docker, says that somebody else took its port since it was chosen. */
export const saysPortTaken = (text: string): boolean =>
  /address already in use|seems to be in use|already bound|already allocated/i.test(text);

/** The end of a log without the frames of stack traces. */
export const lastWordsOf = (log: string): string =>
  log
    .trimEnd()
    .split('\n')
    .filter((line) => !/^\s+(at |\.\.\. \d+ more)/.test(line))
    .slice(-12)
    .join('\n');
