import type { DoneAbove } from '../bindings/commit-marks';
import type { Delivery } from './delivery';

/**
 * The events below the position of a track that are not done: one that fails, those of its key behind it, and those
 * being parked. Other keys go on, so what is done above the lowest of them is kept too: it is not done again.
 */
export class Waiting {
  /** In the order of their offsets. */
  private readonly events = new Map<number, Delivery>();
  private readonly queues = new Map<string, Delivery[]>();
  private readonly doneAbove = new Set<number>();
  private changed: (() => void)[] = [];
  private held = 0;
  private parking = 0;
  /** Counts up whenever what a commit says of done events has changed. */
  version = 0;

  /** Done by whoever read this track before, above what is committed. */
  private readonly doneBefore: Set<number>;
  private readonly doneBeforeUpTo: number;

  constructor(before: DoneAbove) {
    this.doneBefore = new Set(before.offsets);
    this.doneBeforeUpTo = before.upTo;
  }

  /** The lowest offset that is not done; `undefined` if nothing waits. */
  lowest(): number | undefined {
    const { value } = this.events.keys().next();
    return value;
  }

  all(): IterableIterator<Delivery> {
    return this.events.values();
  }

  size(): number {
    return this.events.size;
  }

  bytes(): number {
    return this.held;
  }

  /** How many events are done above one that waits. */
  ahead(): number {
    return this.doneAbove.size;
  }

  /** How many events are on their way to the dead letters. */
  beingParked(): number {
    return this.parking;
  }

  /** Puts an event behind those of its key. */
  enqueue(delivery: Delivery): void {
    this.hold(delivery);
    const queue = this.queues.get(delivery.queue);
    if (queue === undefined) this.queues.set(delivery.queue, [delivery]);
    else queue.push(delivery);
  }

  /** The event is on its way to the dead letters: nothing of its key waits for that, but it is not done yet. */
  park(delivery: Delivery): void {
    this.parking += 1;
    if (this.head(delivery.queue) === delivery) this.leaveQueue(delivery);
    else this.hold(delivery);
  }

  /** It is stored there, or its generation is over. */
  parked(delivery: Delivery): void {
    this.parking -= 1;
    this.finish(delivery);
  }

  hasQueue(queue: string): boolean {
    return this.queues.size > 0 && this.queues.has(queue);
  }

  /** The event of a key that comes next. */
  head(queue: string): Delivery | undefined {
    return this.queues.get(queue)?.[0];
  }

  /** The head of a queue is done. */
  handled(delivery: Delivery): void {
    this.leaveQueue(delivery);
    this.finish(delivery);
  }

  /** An event at the position is done while others wait below. */
  passed(offset: number): void {
    if (this.events.size > 0) this.note(offset);
  }

  /** Whether an earlier reader of this track has done this event already. */
  takeDoneBefore(offset: number): boolean {
    if (!this.doneBefore.delete(offset)) return false;
    this.passed(offset);
    return true;
  }

  /** What is done above the lowest that waits: by an earlier reader, and not met yet, too. */
  done(): DoneAbove {
    const offsets = [...this.doneAbove, ...this.doneBefore].sort((a, b) => a - b);
    return { offsets, upTo: Math.max(this.doneBeforeUpTo, (offsets.at(-1) ?? -1) + 1) };
  }

  /** The end of what an earlier reader has done; 0 if it has done nothing above. */
  doneUpTo(): number {
    return this.doneBeforeUpTo;
  }

  /** Resolves at the next event that is done. */
  change(): Promise<void> {
    return new Promise((resolve) => this.changed.push(resolve));
  }

  private hold(delivery: Delivery): void {
    this.events.set(delivery.record.offset, delivery);
    this.held += delivery.bytes;
  }

  private leaveQueue({ queue: name }: Delivery): void {
    const queue = this.queues.get(name);
    queue?.shift();
    if (queue?.length === 0) this.queues.delete(name);
  }

  private finish(delivery: Delivery): void {
    const { offset } = delivery.record;
    const wasLowest = this.lowest() === offset;
    this.events.delete(offset);
    this.held -= delivery.bytes;
    if (wasLowest) this.forgetBelow(this.lowest() ?? Number.POSITIVE_INFINITY);
    else this.note(offset);
    for (const tell of this.changed.splice(0)) tell();
  }

  private note(offset: number): void {
    this.doneAbove.add(offset);
    this.version += 1;
  }

  private forgetBelow(offset: number): void {
    for (const done of this.doneAbove) if (done < offset) this.doneAbove.delete(done);
    this.version += 1;
  }
}
