import type { Parking } from '../dead-letters/office';
import { delay } from '../ports/runtime';
import { type Attempts, idleMs, type Outcome, wait } from './attempts';
import { type Delivery, detached } from './delivery';
import type { InHand } from './in-hand';
import type { Track } from './lane';
import type { LanePauses } from './lane-pauses';
import type { RunContext } from './run-context';

/** What became of one record: its track goes on behind it, or stands before it. */
export type Step = 'passed' | 'stands';

interface RunnerDeps {
  readonly context: RunContext;
  readonly attempts: Attempts;
  readonly pauses: LanePauses;
  readonly inHand: InHand;
  /** Resolves when the generation is over. */
  readonly lost: Promise<void>;
  readonly isOver: () => boolean;
  /** Whether a try may begin now. */
  readonly mayGoOn: (track: Track) => boolean;
  /** Whether what has begun may still take effect. */
  readonly mayFinish: (track: Track) => boolean;
  /** Whether an open proposal could concern the event. */
  readonly awaitsProposal: (delivery: Delivery) => boolean;
  /** Something that waited is done. */
  readonly afterDone: (track: Track) => void;
}

const stoppedLookMs = 1_000;
/** How long a full track waits in its batch for the next letter to be stored. */
const roomMs = 200;

/**
 * Brings events to their handlers. One that fails waits below the position of its track together with the later ones
 * of its key, while other keys go on; it is tried again, or parked, and then the next of its key has its turn.
 */
export class EventRunner {
  constructor(private readonly deps: RunnerDeps) {}

  /** Takes the event at the position of its track: handles it, lets it wait, or leaves it there. */
  async take(delivery: Delivery): Promise<Step> {
    const { track, record } = delivery;
    const { waiting } = track;
    if (waiting.takeDoneBefore(record.offset)) return 'passed';
    if (this.isFull(track) && !(await this.waitForRoom(track))) return 'stands';
    if (waiting.hasQueue(delivery.queue)) return this.letWait(delivery);
    const outcome = await this.deps.attempts.attempt(delivery);
    switch (outcome.kind) {
      case 'done':
        track.failures = 0;
        waiting.passed(record.offset);
        return 'passed';
      case 'over':
        return 'stands';
      case 'stopped':
        return this.takeStopped(delivery);
      case 'park':
        track.failures = 0;
        this.park(detached(delivery), outcome.parking);
        return 'passed';
      case 'later':
        return this.takeLater(delivery, outcome);
    }
  }

  /** Parks a record that is no event at all, or leaves it at the position where nothing can be parked. */
  async refuse(delivery: Delivery, error: unknown): Promise<Step> {
    const { track } = delivery;
    if (this.deps.context.deadLetters === undefined) {
      this.deps.pauses.retryLater(track, error);
      return 'stands';
    }
    if (track.waiting.takeDoneBefore(delivery.record.offset)) return 'passed';
    if (this.isFull(track) && !(await this.waitForRoom(track))) return 'stands';
    track.failures = 0;
    this.park(detached(delivery), { because: 'unreadable', error, laterEvents: 'go-on' });
    return 'passed';
  }

  private letWait(delivery: Delivery): Step {
    delivery.track.waiting.enqueue(detached(delivery));
    return 'passed';
  }

  /** On the retry topic other event types go on behind it; at its next try it is parked again. */
  private takeStopped(delivery: Delivery): Step {
    if (delivery.replayed === undefined) {
      this.deps.pauses.pause(delivery.track, { kind: 'stopped' });
      return 'stands';
    }
    const own = detached(delivery);
    own.track.waiting.enqueue(own);
    void this.runQueue(own, { kind: 'stopped' });
    return 'passed';
  }

  private async takeLater(delivery: Delivery, outcome: Outcome & { kind: 'later' }): Promise<Step> {
    const { track } = delivery;
    if (outcome.blocks === 'track') {
      if (outcome.failed !== undefined) this.deps.pauses.retryLater(track, outcome.failed.error);
      else await delay(this.deps.context.clock, outcome.pauseMs);
      return 'stands';
    }
    const own = detached(delivery);
    track.failures = 0;
    track.waiting.enqueue(own);
    this.noteFailure(own, outcome);
    void this.runQueue(own, outcome);
    return 'passed';
  }

  /** Handles the events of one key that wait, in order, until none is left. */
  private async runQueue(first: Delivery, begun: Outcome): Promise<void> {
    const { waiting } = first.track;
    let outcome: Outcome | undefined = begun;
    for (let head: Delivery | undefined = first; head !== undefined; head = waiting.head(first.queue)) {
      const end = await this.settle(head, outcome);
      outcome = undefined;
      if (end.kind === 'over') return;
      if (end.kind === 'park') this.park(head, end.parking);
      else this.finish(head);
    }
  }

  private finish(delivery: Delivery): void {
    delivery.track.waiting.handled(delivery);
    this.afterDone(delivery.track);
  }

  private async settle(
    delivery: Delivery,
    begun: Outcome | undefined,
  ): Promise<Outcome & { kind: 'done' | 'over' | 'park' }> {
    for (let outcome = begun ?? (await this.tryAgain(delivery)); ; outcome = await this.tryAgain(delivery)) {
      switch (outcome.kind) {
        case 'done':
        case 'over':
        case 'park':
          return outcome;
        case 'later':
          if (outcome !== begun) this.noteFailure(delivery, outcome);
          await delay(this.deps.context.clock, outcome.pauseMs);
          break;
        case 'stopped':
          await delay(this.deps.context.clock, stoppedLookMs);
          break;
      }
    }
  }

  private async tryAgain(delivery: Delivery): Promise<Outcome> {
    if (this.deps.isOver()) return { kind: 'over' };
    if (!this.deps.mayGoOn(delivery.track) || this.deps.awaitsProposal(delivery)) return wait(idleMs, 'key');
    return this.deps.inHand.during(async () => this.deps.attempts.attempt(delivery));
  }

  private noteFailure(delivery: Delivery, { failed, pauseMs }: Outcome & { kind: 'later' }): void {
    if (failed === undefined) return;
    const { what, error } = failed;
    const { group, tally, logger } = this.deps.context;
    const { track, record } = delivery;
    if (what === 'handler') delivery.failures += 1;
    else delivery.unread += 1;
    delivery.error = error;
    tally.failures += 1;
    logger.warn(
      {
        group,
        topic: track.topic,
        partition: track.partition,
        offset: record.offset,
        attempts: delivery.failures + delivery.unread,
        pauseMs,
        err: error,
      },
      'event failed, trying again',
    );
  }

  /** Stores it among the dead letters; the track may go on meanwhile, but not be committed past it. */
  private park(delivery: Delivery, parking: Parking): void {
    const { context, inHand } = this.deps;
    const { track } = delivery;
    track.waiting.park(delivery);
    void inHand.during(async () => {
      if (!(await this.store(delivery, parking))) return;
      track.waiting.parked(delivery);
      context.tally.parked(delivery.topic, parking, delivery.key);
      this.afterDone(track);
    });
  }

  private async store(delivery: Delivery, parking: Parking): Promise<boolean> {
    const { context, isOver, mayFinish } = this.deps;
    const { track, record, failures, version, subscription } = delivery;
    const mayPark = () => (isOver() ? 'never' : mayFinish(track) ? 'yes' : 'not-now');
    try {
      await context.deadLetters?.park(delivery, parking, mayPark);
    } catch {
      return false;
    }
    if (isOver()) return false;
    context.logger.warn(
      {
        group: context.group,
        eventType: subscription.eventType.name,
        version,
        topic: track.topic,
        partition: track.partition,
        offset: record.offset,
        because: parking.because,
        attempts: failures,
        ...(parking.error === undefined ? {} : { err: parking.error }),
      },
      'event parked',
    );
    return true;
  }

  /**
   * Waits as long as letters are stored one after the other. A batch in hand must not wait for more: the next join
   * waits for the batch, and no letter is written without a lease.
   */
  private async waitForRoom(track: Track): Promise<boolean> {
    const { context, lost, pauses, isOver, mayGoOn } = this.deps;
    let goesOn = true;
    while (goesOn) {
      if (isOver()) return false;
      if (!this.isFull(track)) return true;
      if (track.waiting.beingParked() === 0 || !mayGoOn(track)) break;
      const changed = track.waiting.change().then(() => true);
      const waited = Promise.race([lost, delay(context.clock, roomMs)]).then(() => false);
      goesOn = await Promise.race([changed, waited]);
    }
    if (isOver()) return false;
    if (!this.isFull(track)) return true;
    pauses.pause(track, { kind: 'full' });
    return false;
  }

  private isFull({ waiting }: Track): boolean {
    const { ahead } = this.deps.context.settings;
    const parking = waiting.beingParked();
    return (
      waiting.size() - parking >= ahead.events ||
      waiting.ahead() >= ahead.events ||
      parking >= ahead.parking ||
      waiting.bytes() >= ahead.bytes
    );
  }

  private afterDone(track: Track): void {
    if (track.pause?.kind === 'full' && !this.isFull(track)) this.deps.pauses.resume(track);
    this.deps.afterDone(track);
  }
}
