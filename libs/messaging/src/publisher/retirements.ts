import type { PublicationPolicy } from '../ports/publication-policy';
import { type Clock, delay, type Logger } from '../ports/runtime';
import type { Publications, VersionOfType } from './publications';
import type { TransactionSlot } from './transaction-slot';
import type { UnderWay } from './under-way';

export interface RetirementsDeps {
  readonly policy: PublicationPolicy;
  readonly publications: Pick<Publications, 'refresh' | 'of' | 'retiring'>;
  readonly underWay: Pick<UnderWay, 'without' | 'carries'>;
  readonly slot: Pick<TransactionSlot, 'open'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const pauseMs = { first: 100, longest: 5_000 } as const;

/**
 * Follows the policy: new events leave out a version that retires, and once everything that carried it is through,
 * this is acknowledged.
 */
export class Retirements {
  /** What is acknowledged or about to be. A version that comes back and retires again gets a mark of its own. */
  private readonly marks = new Map<string, symbol>();
  private readonly working = new Set<Promise<void>>();
  private readonly unfollow: () => void;
  private state: 'open' | 'closed' = 'open';

  constructor(private readonly deps: RetirementsDeps) {
    this.unfollow = deps.policy.onChange(() => this.follow());
    this.follow();
  }

  /** Gives acknowledgements under way at most `ms`, then gives up. */
  async close(ms: number): Promise<void> {
    this.unfollow();
    if (this.working.size > 0) await this.finish(ms);
    this.state = 'closed';
  }

  private finish(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.deps.clock.after(ms, resolve);
      void Promise.all(this.working).then(() => {
        cancel();
        resolve();
      });
    });
  }

  private follow(): void {
    const { publications, logger } = this.deps;
    for (const eventType of publications.refresh()) {
      logger.info(
        { eventType, published: publications.of(eventType)?.published ?? [] },
        'published versions changed',
      );
    }
    const retiring = publications.retiring();
    const keys = new Set(retiring.map(keyOf));
    for (const key of this.marks.keys()) if (!keys.has(key)) this.marks.delete(key);
    for (const each of retiring) this.begin(each);
  }

  private begin(what: VersionOfType): void {
    if (this.marks.has(keyOf(what))) return;
    const mark = Symbol(keyOf(what));
    this.marks.set(keyOf(what), mark);
    const work = this.acknowledge(what, mark).finally(() => this.working.delete(work));
    this.working.add(work);
  }

  private async acknowledge(what: VersionOfType, mark: symbol): Promise<void> {
    const { policy, underWay, slot, clock, logger } = this.deps;
    const { eventType, version } = what;
    const current = () => this.state === 'open' && this.marks.get(keyOf(what)) === mark;
    for (let pause: number = pauseMs.first; current(); pause = Math.min(pause * 2, pauseMs.longest)) {
      try {
        await underWay.without(eventType, version);
        await slot.open();
        if (!current() || underWay.carries(eventType, version)) continue;
        await policy.acknowledgeRetired(eventType, version);
        logger.info({ eventType, version }, 'retiring version written no more');
        return;
      } catch (error) {
        logger.warn({ eventType, version, err: error }, 'retirement not acknowledged yet, trying again');
        await delay(clock, pause);
      }
    }
  }
}

const keyOf = ({ eventType, version }: VersionOfType): string => `${eventType} ${version}`;
