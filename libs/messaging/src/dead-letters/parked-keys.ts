import { BatonError } from '@baton/core';
import type { GroupMember } from '../ports/group-member';
import type { LogOffsets } from '../ports/log-offsets';
import type { RecordReader } from '../ports/record-reader';
import type { Origin } from './letter';
import { keyIdOf, LetterIndex } from './letter-index';
import { readRetryRecord } from './retry-copy';

/** What stands in the way of an event: nothing, a parked event of its key, or one that is being replayed. */
export type KeyState = 'free' | 'parked' | 'replaying';

/** Behind whatever is parked already. */
const lastPlace = Number.MAX_SAFE_INTEGER;

/** A key has come back, and nobody has asked yet where its events end on the retry topic. */
const unknownEnd = Number.POSITIVE_INFINITY;

/** Whether everything was read, or an open transaction hides the rest for now. */
type Reached = 'end' | 'open-transaction';

interface OwnMark {
  readonly place: number;
  readonly origin: Origin;
  state: 'writing' | 'stored';
}

/** How the parking of one event ended. */
export interface ParkingMark {
  stored(): void;
  /** No letter was written: whoever owns the partition next handles the event. */
  givenUp(): void;
}

interface PartitionState {
  readonly index: LetterIndex;
  /** Keys whose events came back: until the group has committed its retry partition up to here. */
  readonly replaying: Map<string, number>;
  /** Keys that this member parked an event of, until the index has read it. */
  readonly own: Map<string, Set<OwnMark>>;
  reading: Promise<Reached> | undefined;
  opening: Opening | undefined;
}

/** How far both topics must be read in a generation: whatever an earlier owner wrote lies below. */
interface Opening {
  readonly generation: object;
  readonly letters: number;
  readonly retries: number;
}

/** Which event is parked: where it was read, and its place among those of its key, if it had one. */
export interface ParkingPlace {
  readonly origin: Origin;
  readonly place: number | undefined;
}

interface ParkedKeysDeps {
  readonly deadLetterTopic: string;
  readonly retryTopic: string;
  readonly reader: RecordReader;
  readonly member: Pick<GroupMember, 'committed'>;
  readonly logOffsets: LogOffsets;
}

/**
 * The keys of a group that wait for a parked event. It reads the dead-letter topic, so every member knows of what any
 * member has parked, and of what was replayed; a replayed key is free once its events have passed the retry topic.
 */
export class ParkedKeys {
  private readonly partitions = new Map<number, PartitionState>();

  constructor(private readonly deps: ParkedKeysDeps) {}

  /**
   * Reads a partition of the dead-letter topic to the end it had when it was opened first in this generation, and what
   * is under way on the retry topic. What others write later is no reason to wait.
   */
  async open(partition: number, generation: object): Promise<void> {
    const { deadLetterTopic, retryTopic } = this.deps;
    const state = this.stateOfPartition(partition);
    if (state.opening?.generation !== generation) {
      const [letters = 0, retries = 0] = await Promise.all(
        [deadLetterTopic, retryTopic].map((topic) => this.endOf(topic, partition)),
      );
      state.opening = { generation, letters, retries };
    }
    await this.catchUp(partition);
    if (state.index.position < state.opening.letters) throw hidden(deadLetterTopic, partition);
    const position = await this.readUnderWay(partition, state);
    if (position < state.opening.retries) throw hidden(retryTopic, partition);
  }

  /**
   * Reads on to what the partition holds now: what came back on the retry topic is marked there, in the same
   * transaction. Answers `open-transaction` if some of it cannot be read yet.
   */
  async refresh(partition: number): Promise<Reached> {
    const { index } = this.stateOfPartition(partition);
    const end = await this.endOf(this.deps.deadLetterTopic, partition);
    if (index.position < end) await this.catchUp(partition);
    return index.position < end ? 'open-transaction' : 'end';
  }

  /** What an event of this key has to reckon with. */
  stateOf(partition: number, keyId: string): KeyState {
    const state = this.stateOfPartition(partition);
    if (state.own.has(keyId) || state.index.isParked(keyId)) return 'parked';
    return state.replaying.has(keyId) ? 'replaying' : 'free';
  }

  /** Whether an event of the key is parked that comes before the one of `place`. */
  hasBefore(partition: number, keyId: string, place: number): boolean {
    const { own, index } = this.stateOfPartition(partition);
    return [...(own.get(keyId) ?? [])].some((mark) => mark.place < place) || index.hasBefore(keyId, place);
  }

  /** Whether this very message has a letter already. */
  holds(partition: number, keyId: string, origin: Origin): boolean {
    return this.stateOfPartition(partition).index.holds(keyId, origin);
  }

  /** From now on later events of the key follow. */
  parking(partition: number, keyId: string, { origin, place = lastPlace }: ParkingPlace): ParkingMark {
    const { own } = this.stateOfPartition(partition);
    const mark: OwnMark = { place, origin, state: 'writing' };
    own.set(keyId, (own.get(keyId) ?? new Set()).add(mark));
    return {
      stored: () => {
        mark.state = 'stored';
      },
      givenUp: () => removeMark(own, keyId, mark),
    };
  }

  /** Looks whether something was replayed or discarded, where any key waits. */
  async review(): Promise<void> {
    const waiting = [...this.partitions].filter(
      ([, { own, index, replaying }]) => own.size + index.size() + replaying.size > 0,
    );
    if (waiting.length === 0) return;
    const ends = await this.deps.logOffsets.end(this.deps.deadLetterTopic);
    for (const [partition, state] of waiting) {
      const isBehind = state.index.position < (ends[partition] ?? 0);
      if (isBehind || state.own.size > 0) await this.catchUp(partition);
      await this.endReplays(partition, state);
    }
  }

  /** How many letters of one partition others wait behind. */
  openLetters(partition: number): number {
    return this.partitions.get(partition)?.index.size() ?? 0;
  }

  /** How many letters others wait behind. */
  size(): number {
    return [...this.partitions.values()].reduce((sum, { index }) => sum + index.size(), 0);
  }

  private catchUp(partition: number): Promise<Reached> {
    const state = this.stateOfPartition(partition);
    const before: Promise<unknown> = state.reading ?? Promise.resolve();
    const reading = before.then(undefined, () => {}).then(() => this.readOn(partition, state));
    state.reading = reading;
    return reading;
  }

  private async readOn(partition: number, { index, own, replaying }: PartitionState): Promise<Reached> {
    const { deadLetterTopic: topic, reader } = this.deps;
    const stored = [...own].flatMap(([keyId, marks]) =>
      [...marks].filter(({ state }) => state === 'stored').map((mark) => ({ keyId, mark })),
    );
    const end = await this.endOf(topic, partition);
    while (index.position < end) {
      const { records, nextOffset } = await reader.read({ topic, partition }, index.position);
      for (const record of records) {
        const keyId = index.apply(partition, record);
        if (keyId !== undefined) replaying.set(keyId, unknownEnd);
      }
      if (nextOffset <= index.position && records.length === 0) break;
      index.position = Math.max(index.position, nextOffset);
    }
    const reached = index.position < end ? 'open-transaction' : 'end';
    for (const { keyId, mark } of stored)
      if (reached === 'end' || index.holds(keyId, mark.origin)) removeMark(own, keyId, mark);
    await this.findEnds(partition, replaying);
    return reached;
  }

  /** The copies of a key became visible together with its marks, so they lie below the end that is read now. */
  private async findEnds(partition: number, replaying: PartitionState['replaying']): Promise<void> {
    const replayed = [...replaying].filter(([, until]) => until === unknownEnd).map(([keyId]) => keyId);
    if (replayed.length === 0) return;
    const until = await this.endOf(this.deps.retryTopic, partition);
    for (const keyId of replayed) replaying.set(keyId, until);
  }

  /** A replayed key is free only if nothing of it was parked again before its copies were committed past. */
  private async endReplays(partition: number, state: PartitionState): Promise<void> {
    if (state.replaying.size === 0) return;
    await this.findEnds(partition, state.replaying);
    const committed = await this.committedRetry(partition);
    const ended = [...state.replaying].filter(([, until]) => committed >= until);
    if (ended.length === 0) return;
    if ((await this.catchUp(partition)) !== 'end') return;
    for (const [keyId, until] of ended)
      if (state.replaying.get(keyId) === until) state.replaying.delete(keyId);
  }

  /** Keys with copies that the group has not committed past yet. Answers how far it could read. */
  private async readUnderWay(partition: number, { replaying }: PartitionState): Promise<number> {
    const { retryTopic: topic, reader, logOffsets } = this.deps;
    const [ends, starts] = await Promise.all([logOffsets.end(topic), logOffsets.earliest(topic)]);
    const end = ends[partition] ?? 0;
    let position = Math.max(await this.committedRetry(partition), starts[partition] ?? 0);
    while (position < end) {
      const { records, nextOffset } = await reader.read({ topic, partition }, position);
      for (const record of records) {
        const copy = readRetryRecord(record);
        const key = copy?.original.key?.toString('utf8');
        if (copy !== undefined && key !== undefined) replaying.set(keyIdOf(copy.eventType, key), end);
      }
      if (nextOffset <= position) break;
      position = nextOffset;
    }
    return position;
  }

  private async endOf(topic: string, partition: number): Promise<number> {
    return (await this.deps.logOffsets.end(topic))[partition] ?? 0;
  }

  private async committedRetry(partition: number): Promise<number> {
    const [stored] = await this.deps.member.committed([{ topic: this.deps.retryTopic, partition }]);
    return stored?.offset ?? 0;
  }

  private stateOfPartition(partition: number): PartitionState {
    const known = this.partitions.get(partition);
    if (known !== undefined) return known;
    const made: PartitionState = {
      index: new LetterIndex(),
      replaying: new Map(),
      own: new Map(),
      reading: undefined,
      opening: undefined,
    };
    this.partitions.set(partition, made);
    return made;
  }
}

const removeMark = (own: PartitionState['own'], keyId: string, mark: OwnMark): void => {
  const marks = own.get(keyId);
  marks?.delete(mark);
  if (marks?.size === 0) own.delete(keyId);
};

const hidden = (topic: string, partition: number): BatonError =>
  new BatonError(
    'broker-unavailable',
    `Expected to read ${topic}/${partition} to its end, but an open transaction hides the rest until it ends or times out.`,
  );
