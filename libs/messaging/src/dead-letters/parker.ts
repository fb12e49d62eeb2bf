import { BatonError, isBatonError } from '@baton/core';
import { doublingMs } from '../doubling';
import type { OutgoingRecord } from '../ports/records';
import { type Clock, delay, type Logger } from '../ports/runtime';
import type { Attempt, TransactionSlot } from '../publisher/transaction-slot';

/** Whether its writer may still act: a member whose generation is over leaves the event to the next one. */
export type MayPark = () => 'yes' | 'not-now' | 'never';

interface Waiting {
  readonly record: OutgoingRecord;
  readonly mayPark: MayPark;
  readonly resolve: () => void;
  readonly reject: (error: BatonError) => void;
}

/** What waits behind a letter that is too large for its topic: later ones of its partition must not overtake it. */
interface Aside {
  letters: readonly Waiting[];
  attempts: number;
  readonly error: BatonError;
}

const maxRecords = 500;
const maxBytes = 524_288;
const leasePauseMs = 50;
const tooLargeMs = 5_000;
const retryMs = { first: 100, longest: 5_000 };

/**
 * Writes dead letters, in order, many in one transaction, and again until they are stored. One that its topic does not
 * take keeps only those of its own partition waiting.
 */
export class Parker {
  private queue: Waiting[] = [];
  private readonly aside = new Map<number, Aside>();
  /** The partitions whose letter aside is to be tried again. */
  private readonly due = new Set<number>();
  private most = maxRecords;
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
      const waiting = { record, mayPark, resolve, reject };
      const aside = this.aside.get(record.partition);
      if (aside !== undefined) aside.letters = [...aside.letters, waiting];
      else this.queue.push(waiting);
      this.start();
    });
  }

  /** Set while nothing can be written, or nothing in this partition. */
  failing(partition: number): { readonly attempts: number; readonly error: unknown } | undefined {
    const aside = this.aside.get(partition);
    if (aside !== undefined) return { attempts: aside.attempts, error: aside.error };
    return this.failures === 0 ? undefined : { attempts: this.failures, error: this.lastError };
  }

  async close(): Promise<void> {
    this.state = 'closed';
    this.sendBack();
    await this.deps.slot.close();
  }

  private sendBack(): void {
    const aside = [...this.aside.values()].flatMap(({ letters }) => letters);
    this.aside.clear();
    this.due.clear();
    for (const waiting of [...aside, ...this.queue.splice(0)]) waiting.reject(ended());
  }

  private start(): void {
    this.running ??= Promise.resolve().then(() => this.run());
  }

  private async run(): Promise<void> {
    while (this.queue.length + this.due.size > 0 && this.state === 'open') {
      for (const partition of this.due) await this.tryAside(partition);
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
        if (batch.length > 0 && (bytes > maxBytes || batch.length >= this.most)) break;
        batch.push(next);
      } else {
        next.reject(ended());
      }
      this.queue.shift();
    }
    return batch;
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    const attempt = await this.attempt(batch);
    if (attempt.kind === 'committed') {
      this.most = Math.min(this.most * 2, maxRecords);
      for (const { resolve } of batch) resolve();
      return;
    }
    this.queue.unshift(...batch);
    if (!isBatonError(attempt.error, 'event-too-large')) await this.pause(attempt.error);
    else if (batch.length > 1) this.most = Math.ceil(batch.length / 2);
    else this.setAside(attempt.error);
  }

  /** Lets the others go on: what comes first in the queue is too large, and all of its partition waits with it. */
  private setAside(cause: unknown): void {
    const { logger } = this.deps;
    const [first] = this.queue;
    if (first === undefined) return;
    const { topic, partition } = first.record;
    const bytes = sizeOf(first.record);
    const error = tooLarge(first.record, cause);
    const letters = this.queue.filter(({ record }) => record.partition === partition);
    this.queue = this.queue.filter(({ record }) => record.partition !== partition);
    this.aside.set(partition, { letters, attempts: 1, error });
    logger.error({ topic, partition, bytes, err: error }, 'dead letter too large for its topic');
    this.tryLater(partition);
  }

  private tryLater(partition: number): void {
    this.deps.clock.after(tooLargeMs, () => {
      if (!this.aside.has(partition)) return;
      this.due.add(partition);
      this.start();
    });
  }

  /** Somebody may have raised the limit of the topic meanwhile, or the generation may be over. */
  private async tryAside(partition: number): Promise<void> {
    this.due.delete(partition);
    const aside = this.aside.get(partition);
    if (aside === undefined) return;
    const isOver = ({ mayPark }: Waiting): boolean => mayPark() === 'never';
    for (const waiting of aside.letters.filter(isOver)) waiting.reject(ended());
    aside.letters = aside.letters.filter((waiting) => !isOver(waiting));
    const [first] = aside.letters;
    if (first !== undefined && (await this.writeAside(first)) === 'not-stored') {
      aside.attempts += 1;
      this.tryLater(partition);
      return;
    }
    this.aside.delete(partition);
    this.queue.unshift(...aside.letters.slice(1));
  }

  private async writeAside(letter: Waiting): Promise<'stored' | 'not-stored'> {
    if (letter.mayPark() !== 'yes') return 'not-stored';
    const attempt = await this.attempt([letter]);
    if (attempt.kind === 'failed') return 'not-stored';
    letter.resolve();
    return 'stored';
  }

  private async attempt(batch: readonly Waiting[]): Promise<Attempt> {
    // who owns the partition next has read the dead letters, or sees this transaction open and waits for its end
    const attempt = await this.deps.slot.attempt(
      batch.map(({ record }) => record),
      () => batch.every(({ mayPark }) => mayPark() === 'yes'),
    );
    if (attempt.kind === 'committed') this.failures = 0;
    return attempt;
  }

  private async pause(error: unknown): Promise<void> {
    const { clock, logger } = this.deps;
    this.failures += 1;
    this.lastError = error;
    logger.warn({ attempts: this.failures, err: error }, 'dead letters not stored, trying again');
    await delay(clock, doublingMs(this.failures, retryMs));
  }
}

const sizeOf = ({ key, value, headers }: OutgoingRecord): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + text.length,
    key.length + value.length,
  );

const ended = (): BatonError =>
  new BatonError('generation-ended', 'The generation ended before the event was parked; it comes again.');

const tooLarge = (record: OutgoingRecord, cause: unknown): BatonError => {
  const { topic, partition } = record;
  return new BatonError(
    'event-too-large',
    `Expected ${topic}/${partition} to take a dead letter of ${sizeOf(record)} bytes, but it is too large for the topic. Raise max.message.bytes of ${topic}. Until then nothing is committed past its event, and letters behind it in this partition wait.`,
    { cause },
  );
};
