import { BatonError, isBatonError } from '@baton/core';
import { delay, type FetchedRecord, readCommittedFilter } from '@baton/messaging';
import type { Network } from './network';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

export interface TailReaderDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly topic: string;
  readonly onRecord: (record: FetchedRecord) => void;
}

const maxRecords = 100;
const retryMs = 50;

/** Reads partition 0 of a topic in no group, from its first record on; a broker that is away is waited for. */
export class TailReader {
  private position: number;
  private state: 'open' | 'closed' = 'open';
  private ended: BatonError | undefined;
  private wake: () => void = () => {};
  private waiting: { readonly offset: number; readonly settle: (error?: BatonError) => void }[] = [];

  constructor(private readonly deps: TailReaderDeps) {
    this.position = deps.topics.log(deps.topic, 0).logStart();
    void this.run();
  }

  /** Resolves once every record below `offset` was delivered. */
  reached(offset: number, limitMs: number): Promise<void> {
    if (this.state === 'closed') return Promise.reject(this.ended ?? this.late('it is closed'));
    if (offset <= this.position) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (error?: BatonError): void => {
        cancel();
        this.waiting = this.waiting.filter((other) => other !== waiter);
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter = { offset, settle };
      const cancel = this.deps.process.clock.after(limitMs, () => settle(this.late(`${limitMs} ms passed`)));
      this.waiting.push(waiter);
    });
  }

  close(because?: BatonError): void {
    this.state = 'closed';
    this.ended ??= because;
    for (const { settle } of [...this.waiting]) settle(because ?? this.late('it is closed'));
    this.wake();
  }

  private async run(): Promise<void> {
    const { network, process, topics, topic } = this.deps;
    while (this.state === 'open') {
      const grown = this.nextChange();
      try {
        const fetched = await network.call(process, 'follow', () => {
          const log = topics.log(topic, 0);
          log.assertInRange(this.position);
          return log.fetch(this.position, maxRecords);
        });
        if (fetched.records.length === 0) await grown.happened;
        else this.deliver(fetched);
      } catch (error) {
        if (isBatonError(error, 'data-lost-to-retention')) this.close(error);
        await delay(process.clock, retryMs);
      } finally {
        grown.forget();
      }
    }
  }

  private deliver({ records, aborted }: ReturnType<ReturnType<TopicStore['log']>['fetch']>): void {
    if (this.state === 'closed') return;
    records.filter(readCommittedFilter(aborted)).forEach(this.deps.onRecord);
    this.position = (records.at(-1)?.offset ?? this.position - 1) + 1;
    for (const { offset, settle } of [...this.waiting]) if (offset <= this.position) settle();
  }

  /** Watches from now on, so that what arrives while a fetch is under way is not missed. */
  private nextChange(): { readonly happened: Promise<void>; readonly forget: () => void } {
    let forget = () => {};
    const happened = new Promise<void>((resolve) => {
      this.wake = resolve;
      forget = this.deps.topics.watch([this.deps.topic], resolve);
    });
    return { happened, forget };
  }

  private late(because: string): BatonError {
    return new BatonError(
      'broker-unavailable',
      `Expected to read ${this.deps.topic} to its end, but ${because}. Check that the broker is reachable.`,
    );
  }
}
