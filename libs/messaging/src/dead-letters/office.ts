import { BatonError, isBatonError } from '@baton/core';
import { type Delivery, readAt } from '../consumer/delivery';
import { describeFailure } from '../consumer/failure';
import type { GroupMember } from '../ports/group-member';
import type { LogOffsets } from '../ports/log-offsets';
import type { RecordReader } from '../ports/record-reader';
import type { Clock, Logger } from '../ports/runtime';
import type { TransactionalProducerFactory } from '../ports/transactional-producer';
import { createTransactionSlot } from '../publisher/transaction-slot';
import type { LaterEvents } from '../supervision/directive';
import { type LetterContext, type ParkedBecause, toLetterRecord } from './letter';
import { ParkedKeys } from './parked-keys';
import { type MayPark, Parker } from './parker';
import { deadLetterTopicOf, retryTopicOf } from './topics';

/** What parking needs of the broker. */
export interface DeadLetterPorts {
  readonly createProducer: TransactionalProducerFactory;
  readonly reader: RecordReader;
  /** What becomes of later events of a parked key; `follow` keeps their order, and is the default. */
  readonly laterEvents?: LaterEvents;
}

interface OfficeDeps extends DeadLetterPorts {
  readonly group: string;
  readonly instance: string;
  readonly member: Pick<GroupMember, 'committed'>;
  readonly logOffsets: LogOffsets;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Why an event is parked. */
export interface Parking {
  readonly because: ParkedBecause;
  readonly error?: unknown;
  readonly laterEvents: LaterEvents;
}

const longestMessage = 2_000;
const longestStack = 4_000;

/** The dead letters of one group, as one member parks them and looks after the keys that wait for them. */
export class DeadLetterOffice {
  readonly keys: ParkedKeys;
  readonly retryTopic: string;
  private readonly topic: string;
  private readonly parker: Parker;
  private partitions = 1;

  constructor(private readonly deps: OfficeDeps) {
    const { group, instance, createProducer, reader, member, logOffsets, clock, logger } = deps;
    this.topic = deadLetterTopicOf(group);
    this.retryTopic = retryTopicOf(group);
    const transactionalId = `${this.topic}.${instance}`;
    const slot = createTransactionSlot({ transactionalId, createProducer, clock, logger });
    this.parker = new Parker({ slot, clock, logger });
    const topics = { deadLetterTopic: this.topic, retryTopic: this.retryTopic };
    this.keys = new ParkedKeys({ ...topics, reader, member, logOffsets });
  }

  /** Checks that both topics are there. Throws `topic-missing` or `topic-misconfigured`. */
  async open(): Promise<void> {
    const [own, retry] = await Promise.all([this.topic, this.retryTopic].map((topic) => this.countOf(topic)));
    if (own !== retry) {
      throw new BatonError(
        'topic-misconfigured',
        `Expected ${this.topic} and ${this.retryTopic} to have equally many partitions, got ${own} and ${retry}. Make them anew with baton topics apply, once they are empty.`,
      );
    }
    this.partitions = own ?? 1;
  }

  /** The partition of the letters of what is read in `partition`. */
  partitionFor(partition: number): number {
    return partition % this.partitions;
  }

  /** Open letters that others wait behind, by partition, for what is read in `partitions`. */
  openLetters(partitions: readonly number[]): ReadonlyMap<number, number> {
    const own = new Set(partitions.map((partition) => this.partitionFor(partition)));
    return new Map([...own].map((partition) => [partition, this.keys.openLetters(partition)]));
  }

  laterEvents(): LaterEvents {
    return this.deps.laterEvents ?? 'follow';
  }

  /** Set while no letter can be stored of what is read in `partition`. */
  failing(partition: number) {
    return this.parker.failing(this.partitionFor(partition));
  }

  /** Resolves once the event is durable here, so that its offset may be committed past. */
  async park(delivery: Delivery, parking: Parking, mayPark: MayPark): Promise<void> {
    const { track, key, queue, replayed, record } = delivery;
    const partition = this.partitionFor(track.partition);
    const follows = key !== undefined && parking.laterEvents === 'follow';
    const mark = follows
      ? this.keys.parking(partition, queue, { origin: readAt(delivery), place: replayed?.order })
      : undefined;
    const context = this.contextOf(delivery, parking);
    const place = { topic: this.topic, partition };
    const now = this.deps.clock.now();
    try {
      await this.parker.park(toLetterRecord(place, record, { context, now }), mayPark);
    } catch (error) {
      mark?.givenUp();
      throw error;
    }
    mark?.stored();
  }

  close(): Promise<void> {
    return this.parker.close();
  }

  private contextOf(delivery: Delivery, { because, error, laterEvents }: Parking): LetterContext {
    const { group, instance } = this.deps;
    const { subscription, version, replayed, failures } = delivery;
    return {
      group,
      instance,
      eventType: replayed?.eventType ?? subscription.eventType.name,
      version,
      origin: readAt(delivery),
      because,
      attempts: failures,
      laterEvents,
      replays: replayed?.replays ?? 0,
      ...(error === undefined ? {} : { error: errorOf(error) }),
      ...(replayed === undefined ? {} : { order: replayed.order, firstOrigin: replayed.origin }),
    };
  }

  private async countOf(topic: string): Promise<number> {
    try {
      return await this.deps.logOffsets.partitionCount(topic);
    } catch (error) {
      if (!isBatonError(error, 'topic-missing')) throw error;
      throw new BatonError(
        'topic-missing',
        `Expected the topic ${topic} for what group "${this.deps.group}" cannot handle, but it does not exist. Create it with baton topics apply.`,
        { cause: error },
      );
    }
  }
}

const errorOf = (error: unknown): NonNullable<LetterContext['error']> => {
  const { code, because } = describeFailure(error);
  const stack = error instanceof Error ? error.stack?.slice(0, longestStack) : undefined;
  return { code, message: because.slice(0, longestMessage), ...(stack === undefined ? {} : { stack }) };
};
