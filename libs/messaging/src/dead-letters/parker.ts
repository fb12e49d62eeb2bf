import { BatonError } from '@baton/core';
import type { OutgoingRecord } from '../ports/records';
import { type Clock, delay, type Logger } from '../ports/runtime';
import type { TransactionSlot } from '../publisher/transaction-slot';

/** Whether its writer may still act: a member whose generation is over leaves the event to the next one. */
export type MayPark = () => 'yes' | 'not-now' | 'never';

interface Waiting {
  readonly record: OutgoingRecord;
  readonly mayPark: MayPark;
  readonly resolve: () => void;
  readonly reject: (error: BatonError) => void;
}

const maxRecords = 500;
const maxBytes = 524_288;
const leasePauseMs = 50;
const retryMs = { first: 100, longest: 5_000 };

/** Writes dead letters, in order, many in one transaction, and again until they are stored. */
export class Parker {
  private readonly queue: Waiting[] = [];
  private running: Promise<void> | undefined;
  private failures = 0;
  private lastError: unknown;
  private state: 'open' | 'closed' = 'open';

  constructor(
    private readonly deps: { readonly slot: TransactionSlot; readonly clock: Clock; readonly logger: Logger },
  ) {}

  /** Resolves once the record is durable; rejects with `generation-ended` if its writer may not act any more. */
  park(record: OutgoingRecord, mayPark: MayPark): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ record, mayPark, resolve, reject });
      this.running ??= Promise.resolve().then(() => this.run());
    });
  }

  /** Set while nothing can be written. */
  failing(): { readonly attempts: number; readonly error: unknown } | undefined {
    return this.failures === 0 ? undefined : { attempts: this.failures, error: this.lastError };
  }

  async close(): Promise<void> {
    this.state = 'closed';
    this.sendBack();
    await this.deps.slot.close();
  }

  private sendBack(): void {
    for (const waiting of this.queue.splice(0)) waiting.reject(ended());
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0 && this.state === 'open') {
      const batch = this.nextBatch();
      if (batch.length === 0) {
        if (this.queue.length > 0) await delay(this.deps.clock, leasePauseMs);
        continue;
      }
      await this.write(batch);
    }
    this.running = undefined;
    // what was in hand at the close too
    if (this.state === 'closed') this.sendBack();
  }

  /** What comes first and may be written; what may never be is sent back. */
  private nextBatch(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let bytes = 0;
    for (let next = this.queue[0]; next !== undefined; next = this.queue[0]) {
      const may = next.mayPark();
      if (may === 'not-now') break;
      if (may === 'yes') {
        bytes += sizeOf(next.record);
        if (batch.length > 0 && (bytes > maxBytes || batch.length >= maxRecords)) break;
        batch.push(next);
      } else {
        next.reject(ended());
      }
      this.queue.shift();
    }
    return batch;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const { slot, clock, logger } = this.deps;
    // who owns the partition next has read the dead letters, or sees this transaction open and waits for its end
    const attempt = await slot.attempt(
      batch.map(({ record }) => record),
      () => batch.every(({ mayPark }) => mayPark() === 'yes'),
    );
    if (attempt.kind === 'committed') {
      this.failures = 0;
      for (const { resolve } of batch) resolve();
      return;
    }
    this.queue.unshift(...batch);
    this.failures += 1;
    this.lastError = attempt.error;
    logger.warn({ attempts: this.failures, err: attempt.error }, 'dead letters not stored, trying again');
    await delay(clock, Math.min(retryMs.first * 2 ** (this.failures - 1), retryMs.longest));
  }
}

const sizeOf = ({ key, value, headers }: OutgoingRecord): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + text.length,
    key.length + value.length,
  );

const ended = (): BatonError =>
  new BatonError('generation-ended', 'The generation ended before the event was parked; it comes again.');
