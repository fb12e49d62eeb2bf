import { BatonError } from '@baton/core';
import type { Clock } from '@baton/messaging';
import { delay } from '@baton/messaging';
import type { AcknowledgedEvent } from '../audit/types';
import type { Loan, LoanSource } from './loans';
import { advance, allowPart, due, startPace } from './pace';
import type { PostLoan } from './post-loan';

/** The continuous load on lending. */
export interface Load {
  /** Allows a part of all events, from 0 to 1. */
  allow(part: number): void;
  /** Begins to send; resolves once every event is acknowledged, rejects if one is refused. */
  run(): Promise<void>;
  /** Rejects as soon as lending refuses a loan; nothing more is sent. */
  readonly refused: Promise<never>;
  /** Sends nothing more; what is on its way may still be acknowledged. */
  stop(): void;
  progress(): LoadProgress;
  readonly acknowledged: readonly AcknowledgedEvent[];
  /** Every key that was ever sent. */
  keys(): ReadonlySet<string>;
}

export interface LoadProgress {
  readonly total: number;
  readonly sent: number;
  readonly acknowledged: number;
  /** Requests without an answer, each repeated as a new request. */
  readonly unanswered: number;
}

export interface LoadDeps {
  readonly loans: LoanSource;
  readonly rate: number;
  /** The instances of lending. A key always goes to the same one. */
  readonly instances: readonly string[];
  /** Where an instance answers at present; `undefined` while it restarts. */
  readonly addressOf: (instance: string) => string | undefined;
  readonly post: PostLoan;
  readonly clock: Clock;
}

const tickMs = 20;
const retryMs = 50;

/**
 * Sends loans at a rate, whatever the answers do (open loop), but the requests of one key one after another: the
 * next goes out only after the answer, so the order of answers is the publish order. While an instance restarts its
 * keys wait.
 */
export const createLoad = ({ loans, rate, instances, addressOf, post, clock }: LoadDeps): Load => {
  const acknowledged: AcknowledgedEvent[] = [];
  const waiting = new Map<string, Loan[]>();
  const keys = new Set<string>();
  let pace = startPace(rate, loans.total);
  let sent = 0;
  let unanswered = 0;
  let stopped = false;
  const refusal = createRefusal();

  const deliver = async (loan: Loan): Promise<void> => {
    const instance = instanceOf(loan.key, instances);
    while (!stopped) {
      const address = addressOf(instance);
      const answer = address === undefined ? undefined : await post(address, loan.body);
      if (answer?.kind === 'acknowledged') {
        acknowledged.push({ id: answer.id, key: loan.key });
        return;
      }
      if (answer?.kind === 'rejected') {
        stopped = true;
        refusal.refuse(rejected(loan, answer.because));
        return;
      }
      if (answer?.kind === 'unanswered') unanswered += 1;
      await delay(clock, retryMs);
    }
  };

  const work = async (key: string, queue: Loan[]): Promise<void> => {
    for (let loan = queue[0]; loan !== undefined; loan = queue[0]) {
      await deliver(loan);
      queue.shift();
    }
    waiting.delete(key);
  };

  const enqueue = (loan: Loan): void => {
    keys.add(loan.key);
    const queue = waiting.get(loan.key);
    if (queue !== undefined) {
      queue.push(loan);
      return;
    }
    const started = [loan];
    waiting.set(loan.key, started);
    void work(loan.key, started);
  };

  const run = async (): Promise<void> => {
    let last = clock.now();
    while (!stopped && acknowledged.length < loans.total) {
      await delay(clock, tickMs);
      const now = clock.now();
      pace = advance(pace, Math.max(0, now - last));
      last = now;
      for (; sent < due(pace); sent += 1) enqueue(loans.next());
    }
    refusal.check();
  };

  return {
    allow: (part) => {
      pace = allowPart(pace, part);
    },
    run,
    refused: refusal.refused,
    stop: () => {
      stopped = true;
    },
    progress: () => ({ total: loans.total, sent, acknowledged: acknowledged.length, unanswered }),
    acknowledged,
    keys: () => keys,
  };
};

/** The instance that serves a key: one and the same for the whole run. */
export const instanceOf = (key: string, instances: readonly string[]): string => {
  let hash = 0;
  for (const character of key) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return instances[hash % instances.length] ?? '';
};

const createRefusal = () => {
  let first: BatonError | undefined;
  let reject: (error: BatonError) => void = () => {};
  const refused = new Promise<never>((_, rejectFirst) => {
    reject = rejectFirst;
  });
  refused.catch(() => undefined);
  return {
    refused,
    refuse: (error: BatonError): void => {
      first ??= error;
      reject(error);
    },
    check: (): void => {
      if (first !== undefined) throw first;
    },
  };
};

const rejected = ({ line }: Loan, because: string): BatonError =>
  new BatonError(
    'invalid-data',
    `Expected lending to take every loan, but it refused ${line === undefined ? 'one' : `the one of line ${line}`}: ${because.replace(/\.$/, '')}.`,
  );
