import { headerNames } from '@baton/core';
import {
  BookEvent,
  BookWorld,
  createMemoryRecordReader,
  type RunningConsumer,
  type WorldConsumerOptions,
} from '@baton/testing';
import {
  type ConsumerDeps,
  createLetterBox,
  type DeadLetter,
  deadLetterTopicOf,
  type LaterEvents,
  type LetterBox,
  readLetterRecord,
  retryTopicOf,
} from '../src';

export interface ParkingOptions extends WorldConsumerOptions {
  readonly laterEvents?: LaterEvents;
}

/** A world whose group has a dead-letter and a retry topic. */
export class ParkingWorld extends BookWorld {
  constructor(options: ConstructorParameters<typeof BookWorld>[0] = {}) {
    super(options);
    for (const topic of [deadLetterTopicOf(this.group), retryTopicOf(this.group)]) {
      this.broker.createTopic(topic, { partitions: options.partitions ?? 1 });
    }
  }

  /** What parking needs, as a process of its own would have it. */
  deadLetters(
    instance: string,
    laterEvents: LaterEvents = 'follow',
  ): NonNullable<ConsumerDeps['deadLetters']> {
    const { createProducer, process } = this.broker.connect(`${instance}-letters`);
    return { createProducer, reader: createMemoryRecordReader(this.broker, process), laterEvents };
  }

  override consumer(instance: string, options: ParkingOptions = {}): RunningConsumer {
    const deadLetters = this.deadLetters(instance, options.laterEvents);
    return super.consumer(instance, { ...options, deps: { deadLetters, ...options.deps } });
  }

  override started(instance: string, options: ParkingOptions = {}): Promise<RunningConsumer> {
    return super.started(instance, options);
  }

  /** Every letter that was ever stored, done with or not. */
  letters(): readonly DeadLetter[] {
    return this.broker
      .logs(deadLetterTopicOf(this.group))
      .flatMap((log, partition) => log.committed().map((record) => readLetterRecord(partition, record)))
      .filter((letter) => letter?.kind === 'letter');
  }

  letterBox(name = 'operator', beforeRead: (offset: number) => Promise<void> = async () => {}): LetterBox {
    const client = this.broker.connect(name);
    const reader = createMemoryRecordReader(this.broker, client.process);
    return createLetterBox({
      group: this.group,
      by: name,
      reader: {
        ...reader,
        read: async (place, offset) => {
          await beforeRead(offset);
          return reader.read(place, offset);
        },
      },
      logOffsets: client.logOffsets,
      createProducer: client.createProducer,
      clock: client.clock,
    });
  }

  /** The letters that are still open, by their number. */
  async openLetters(): Promise<readonly DeadLetter[]> {
    return this.clock.settle(collect(this.letterBox().open()));
  }

  replay(filter: Parameters<LetterBox['replay']>[0] = () => true): Promise<number> {
    return this.clock.settle(this.letterBox().replay(filter));
  }

  /** Replays everything; `meanwhile` runs before the letters are read for the nth time. */
  replayWith(nth: number, meanwhile: () => Promise<void>): Promise<number> {
    let passes = 0;
    const box = this.letterBox('operator', async (offset) => {
      if (offset !== 0) return;
      passes += 1;
      if (passes === nth) await meanwhile();
    });
    return this.clock.settle(box.replay(() => true));
  }

  /** Whether events, and what came back, are read and committed to the ends. */
  override isDrained(): boolean {
    const topic = retryTopicOf(this.group);
    const retries = this.broker
      .logs(topic)
      .every(
        (log, partition) =>
          (this.broker.group(this.group).offsets.get({ topic, partition }).offset ?? 0) >=
          log.highWatermark(),
      );
    return retries && super.isDrained();
  }

  /** The headers of an event of version 1. */
  goodHeaders(): Record<string, string> {
    return {
      [headerNames.specVersion]: '1.0',
      [headerNames.id]: 'x',
      [headerNames.source]: 's',
      [headerNames.type]: BookEvent.name,
      [headerNames.time]: new Date(this.clock.now()).toISOString(),
      [headerNames.publishedVersions]: '1',
    };
  }

  /** Appends a message of version 1 as it is given. */
  append(headers: Record<string, string>, value = '{"n":1}', key = 'bad'): number {
    return this.broker.append({
      topic: this.topic(1),
      partition: 0,
      key,
      value: Buffer.from(value),
      headers,
      timestamp: this.clock.now(),
    });
  }
}

const collect = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
