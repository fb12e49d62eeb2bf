import type { Loan } from './loan';

/** A way to publish each loan as atomic twins, whoever does it. */
export interface TwinSender {
  /** Resolves once both twins are committed. */
  publish(loan: Loan): Promise<unknown>;
  close(): Promise<void>;
}

/** One that takes many loans at once, which is the cheapest way for code written by hand. */
export interface BatchSender {
  /** Everything that can be done before the broker is asked. */
  encode(loans: readonly Loan[]): EncodedBatch;
  /** Commits both twins of each loan in one transaction. */
  commit(batch: EncodedBatch): Promise<void>;
  close(): Promise<void>;
}

/** Messages of version 1 and 2, in the form of the client. */
export type EncodedBatch = readonly [v1: readonly TwinMessage[], v2: readonly TwinMessage[]];

export interface TwinMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly headers?: Record<string, string>;
  readonly timestamp?: string;
}

/** Collects loans while a transaction commits, and sends what has come together as the next one: what anybody would do. */
export const collecting = (sender: BatchSender, maxEvents = 500): TwinSender => {
  const queue: { loan: Loan; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, maxEvents);
      try {
        await sender.commit(sender.encode(batch.map(({ loan }) => loan)));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  };
  return {
    publish: (loan) =>
      new Promise<void>((resolve, reject) => {
        queue.push({ loan, resolve, reject });
        if (running) return;
        running = true;
        queueMicrotask(run);
      }),
    close: () => sender.close(),
  };
};
