import { BatonError } from '@baton/core';
import {
  type Assignor,
  delay,
  type FetchedBatch,
  type FetchedRecord,
  type Generation,
  type GroupListener,
  type GroupMember,
  type GroupMemberOptions,
  type OutgoingRecord,
  readCommittedFilter,
  type TransactionalProducer,
} from '@baton/messaging';
import type { ConformanceClient, World } from './adapter';

export const sessionTimeoutMs = 6_000;
export const heartbeatIntervalMs = 300;

/** Lets time pass until `fact` holds; throws what it waited for if it does not within `limitMs`. */
export const until = async (
  { clock }: Pick<World, 'clock'>,
  fact: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> => {
  for (const deadline = clock.now() + limitMs; !(await fact()); await delay(clock, 20)) {
    if (clock.now() > deadline)
      throw new BatonError('invalid-argument', `Expected within ${limitMs} ms: ${fact.toString()}`);
  }
};

/** The error that `work` ends with; throws if it succeeds. */
export const failureOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new BatonError('invalid-argument', 'Expected a rejection, got success.');
};

/** A record of partition 0 whose key and header are its text, stamped now. */
export const recordOf = (
  { clock }: Pick<World, 'clock'>,
  topic: string,
  text: string,
  more: Partial<OutgoingRecord> = {},
): OutgoingRecord => ({
  topic,
  partition: 0,
  key: `key of ${text}`,
  value: Buffer.from(text),
  headers: { text },
  timestamp: clock.now(),
  ...more,
});

/** A producer with an open transaction in which `records` were sent. */
export const opened = async (
  client: ConformanceClient,
  id: string,
  records: readonly OutgoingRecord[],
): Promise<TransactionalProducer> => {
  const producer = await client.transactionalProducer(id);
  await producer.begin();
  await producer.send(records);
  return producer;
};

/** Writes texts to partition 0 in one transaction, and waits until it is over for readers too. */
export const publish = async (
  world: World,
  topic: string,
  texts: readonly string[],
  how: 'commit' | 'abort' = 'commit',
): Promise<void> => {
  const client = await world.client();
  const [before = 0] = await client.logOffsets.end(topic);
  const records = texts.map((text) => recordOf(world, topic, text));
  const producer = await opened(client, world.name('publish'), records);
  await producer[how]();
  await producer.close();
  // a broker answers before it has written the marker
  await until(world, async () => (await client.logOffsets.end(topic))[0] === before + texts.length + 1);
};

/** Partition p of every topic to member p modulo their number, in the order of their ids. */
export const spread: Assignor = (members, counts) => {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  return new Map(
    sorted.map(({ memberId, topics }, i) => [
      memberId,
      new Map(
        topics.map((topic) => [
          topic,
          [...Array(counts.get(topic) ?? 0).keys()].filter((p) => p % sorted.length === i),
        ]),
      ),
    ]),
  );
};

/** All partitions to the members whose metadata is `taker`, nothing to the others. */
export const toTheTaker: GroupMemberOptions['assignor'] = {
  name: 'test',
  assign: (members, counts) => {
    const all = new Map([...counts].map(([topic, n]) => [topic, [...Array(n).keys()]]));
    return new Map(
      members.map(({ memberId, metadata }) => [memberId, metadata === 'taker' ? all : new Map()]),
    );
  },
};

/** A batch with its records at hand. */
export interface ReadBatch extends FetchedBatch {
  readonly records: readonly FetchedRecord[];
}

/** Everything that a listener was told. */
export interface Seen {
  readonly generations: Generation[];
  readonly batches: ReadBatch[];
  readonly heartbeats: number[];
  readonly crashes: unknown[];
  rebalancing: number;
}

export interface ReadingMember {
  readonly member: GroupMember;
  readonly seen: Seen;
  readonly options: GroupMemberOptions;
  readonly listener: GroupListener;
}

export type Handling = Partial<GroupMemberOptions> & {
  readonly group: string;
  readonly topics: readonly string[];
  /** What to answer to a batch; the offset behind it if left out. */
  readonly handle?: (batch: ReadBatch) => Promise<number> | number;
  readonly beforeJoin?: () => Promise<void>;
  readonly onJoined?: (generation: Generation) => void;
};

/** The offset behind a batch. */
export const behind = ({ records, fetchedOffset }: ReadBatch): number =>
  (records.at(-1)?.offset ?? fetchedOffset - 1) + 1;

/** Makes a member that notes what it is told; it is not started yet. */
export const memberOf = (client: ConformanceClient, handling: Handling): ReadingMember => {
  const { handle = behind, beforeJoin, onJoined, ...given } = handling;
  const seen: Seen = { generations: [], batches: [], heartbeats: [], crashes: [], rebalancing: 0 };
  const options: GroupMemberOptions = {
    assignor: { name: 'test', assign: spread },
    metadata: () => '',
    sessionTimeoutMs,
    heartbeatIntervalMs,
    ...given,
  };
  const listener: GroupListener = {
    joined: (generation) => {
      seen.generations.push(generation);
      onJoined?.(generation);
    },
    batch: async (batch) => {
      const read = { ...batch, records: [...batch.records] };
      seen.batches.push(read);
      return { nextOffset: await handle(read) };
    },
    heartbeat: (sentAt) => seen.heartbeats.push(sentAt),
    rebalancing: () => {
      seen.rebalancing += 1;
      return beforeJoin?.();
    },
    crashed: (error) => seen.crashes.push(error),
  };
  return { member: client.groupMember(options), seen, options, listener };
};

/** Starts such a member, and waits until it has joined. */
export const joined = async (
  world: World,
  handling: Handling,
  client?: ConformanceClient,
): Promise<ReadingMember> => {
  const reading = memberOf(client ?? (await world.client()), handling);
  await reading.member.start(reading.listener);
  await until(world, () => reading.seen.generations.length > 0);
  return reading;
};

/** The newest generation of a member that has joined. */
export const generationOf = ({ seen }: ReadingMember): Generation => {
  const newest = seen.generations.at(-1);
  if (newest === undefined) throw new BatonError('invalid-argument', 'Expected a generation, got none.');
  return newest;
};

/** The partitions of a topic that a member has. */
export const partitionsOf = (reading: ReadingMember, topic: string): readonly number[] =>
  reading.seen.generations.at(-1)?.assignment.get(topic) ?? [];

/** Every record that a member was given. */
export const recordsOf = ({ seen }: ReadingMember): readonly FetchedRecord[] =>
  seen.batches.flatMap(({ records }) => records);

export const textsOf = (records: readonly FetchedRecord[]): readonly string[] =>
  records.map(({ value }) => String(value));

const behindAll = (batches: readonly ReadBatch[]): number => Math.max(0, ...batches.map(behind));

/** What is committed in partition 0 of a topic, read to its end by a member of a new group. */
export const committedTexts = async (world: World, topic: string): Promise<readonly string[]> => {
  const client = await world.client();
  const [end = 0] = await client.logOffsets.end(topic);
  const reading = await joined(world, { group: world.name('read'), topics: [topic] }, client);
  const first = () => reading.seen.batches.filter(({ partition }) => partition === 0);
  await until(world, () => end === 0 || behindAll(first()) >= end);
  await reading.member.stop();
  return first().flatMap(({ records, aborted }) => textsOf(records.filter(readCommittedFilter(aborted))));
};

/** An instant that comes only when the test lets it. */
export const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open = () => {};
  const waited = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened: waited, open };
};
