import {
  type Assignor,
  type FetchedBatch,
  type Generation,
  type GroupListener,
  type GroupMember,
  readCommittedFilter,
} from '@baton/messaging';
import { Kafka, logLevel } from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';
import { createUnreliableNetwork } from '../test/unreliable-network';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { ports } = stack;
afterAll(() => stack.close());

/** Everything to the first member that subscribes, by member id. */
const oneTakesAll: Assignor = (members, counts) => {
  const [first] = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const all = new Map([...counts].map(([topic, n]) => [topic, Array.from({ length: n }, (_, p) => p)]));
  return new Map(members.map((m) => [m.memberId, m === first ? all : new Map()]));
};

/** Partition p to member p modulo their number. */
const spread: Assignor = (members, counts) => {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  return new Map(
    sorted.map((m, i) => [
      m.memberId,
      new Map([...counts].map(([t, n]) => [t, [...Array(n).keys()].filter((p) => p % sorted.length === i)])),
    ]),
  );
};

interface Seen {
  generations: Generation[];
  batches: FetchedBatch[];
  heartbeats: number[];
  rebalancing: number;
  crashes: unknown[];
}

const recorder = (batch?: (b: FetchedBatch) => Promise<number>) => {
  const seen: Seen = { generations: [], batches: [], heartbeats: [], rebalancing: 0, crashes: [] };
  const listener: GroupListener = {
    joined: (generation) => seen.generations.push(generation),
    batch: async (fetched) => {
      seen.batches.push(fetched);
      const last = fetched.records.at(-1);
      const nextOffset = batch ? await batch(fetched) : (last?.offset ?? fetched.fetchedOffset - 1) + 1;
      return { nextOffset };
    },
    heartbeat: (sentAt) => seen.heartbeats.push(sentAt),
    rebalancing: () => {
      seen.rebalancing += 1;
    },
    crashed: (error) => seen.crashes.push(error),
  };
  return { seen, listener };
};

const members: GroupMember[] = [];
afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.stop()));
});

const member = (
  group: string,
  topics: readonly string[],
  assign: Assignor = spread,
  metadata = () => '',
  { groupMember } = ports,
) => {
  const made = groupMember({
    group,
    topics,
    assignor: { name: 'test', assign },
    metadata,
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 300,
  });
  members.push(made);
  return made;
};

const publish = async (topic: string, values: readonly string[], how: 'commit' | 'abort' = 'commit') => {
  const producer = await ports.transactionalProducer(`${topic}-publisher`);
  await producer.begin();
  await producer.send(
    values.map((value) => ({
      topic,
      partition: 0,
      key: 'k',
      value: Buffer.from(value),
      headers: { h: value },
      timestamp: Date.now(),
    })),
  );
  await (how === 'commit' ? producer.commit() : producer.abort());
  await producer.close();
};

const recordsOf = (seen: Seen) => seen.batches.flatMap(({ records }) => records);

describe('a group member', () => {
  it('delivers from the earliest record on, with control records, headers, keys and timestamps', async () => {
    const topic = await stack.eventTopic('deliver');
    const before = Date.now();
    await publish(topic, ['one', 'two']);
    const { seen, listener } = recorder();
    await member(stack.name('deliver'), [topic]).start(listener);
    await eventually(() => recordsOf(seen).length === 3);
    const [one, two, marker] = recordsOf(seen);
    expect([one?.offset, two?.offset, marker?.offset]).toEqual([0, 1, 2]);
    expect([one?.kind, two?.kind, marker?.kind]).toEqual(['data', 'data', 'commit-marker']);
    expect(one?.value?.toString()).toBe('one');
    expect(one?.key?.toString()).toBe('k');
    expect(String(one?.headers.h)).toBe('one');
    expect(one?.timestamp).toBeGreaterThanOrEqual(before);
    expect(one?.transactionOf).toBe(marker?.transactionOf);
    expect(one?.transactionOf).toMatch(/^\d+$/);
  });

  it('delivers a batch that holds nothing but aborted and control records', async () => {
    const topic = await stack.eventTopic('aborted-only');
    await publish(topic, ['gone'], 'abort');
    const { seen, listener } = recorder();
    await member(stack.name('aborted-only'), [topic]).start(listener);
    await eventually(() => recordsOf(seen).length === 2);
    expect(recordsOf(seen).map(({ kind }) => kind)).toEqual(['data', 'abort-marker']);
    const aborted = seen.batches.flatMap((batch) => batch.aborted);
    expect(aborted.map(({ firstOffset }) => firstOffset)).toContain(0);
    expect(recordsOf(seen).filter(readCommittedFilter(aborted))).toEqual([]);
  });

  it('fetches again from where the listener says, even when nothing was handled', async () => {
    const topic = await stack.eventTopic('again');
    await publish(topic, ['one', 'two']);
    let calls = 0;
    const { seen, listener } = recorder(async (batch) => {
      calls += 1;
      if (calls === 1) return batch.fetchedOffset;
      return calls === 2 ? 1 : (batch.records.at(-1)?.offset ?? 0) + 1;
    });
    await member(stack.name('again'), [topic]).start(listener);
    await eventually(() => seen.batches.length >= 3);
    expect(seen.batches.slice(0, 3).map(({ fetchedOffset }) => fetchedOffset)).toEqual([0, 0, 1]);
  });

  it('stores commits with metadata in the current generation and refuses those of another', async () => {
    const topic = await stack.eventTopic('commit', 2);
    const group = stack.name('commit');
    const { seen, listener } = recorder();
    const one = member(group, [topic]);
    await one.start(listener);
    const generation = seen.generations[0];
    if (generation === undefined) throw new Error('no generation');
    expect([...generation.assignment]).toEqual([[topic, [0, 1]]]);
    await one.commit(generation.id, [{ topic, partition: 0, offset: 7, metadata: 'why' }]);
    expect(
      await one.committed([
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]),
    ).toEqual([
      { topic, partition: 0, offset: 7, metadata: 'why' },
      { topic, partition: 1, offset: undefined, metadata: '' },
    ]);
    await expect(one.commit(generation.id + 1, [{ topic, partition: 0, offset: 9 }])).rejects.toMatchObject({
      code: 'generation-ended',
    });
    expect((await ports.groupReader.committed(group, [topic])).get(topic)).toEqual([7, undefined]);
  });

  it('is refused by the broker when it commits in a generation that ended unnoticed', async () => {
    const topic = await stack.eventTopic('zombie');
    const group = stack.name('zombie');
    const first = recorder();
    const one = member(group, [topic]);
    await one.start(first.listener);
    const id = first.seen.generations[0]?.id ?? -1;
    const second = recorder();
    await member(group, [topic]).start(second.listener);
    await eventually(() => first.seen.generations.length === 2);
    await expect(one.commit(id, [{ topic, partition: 0, offset: 1 }])).rejects.toMatchObject({
      code: 'generation-ended',
    });
  });

  it('learns of a newcomer while it handles a batch, and both share the partitions afterwards', async () => {
    const topic = await stack.eventTopic('share', 2);
    await publish(topic, ['one']);
    const group = stack.name('share');
    let release = () => {};
    const inHand = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = recorder(async (batch) => {
      await inHand;
      return (batch.records.at(-1)?.offset ?? 0) + 1;
    });
    await member(group, [topic]).start(first.listener);
    await eventually(() => first.seen.batches.length === 1);
    const second = recorder();
    const joining = member(group, [topic]).start(second.listener);
    await eventually(() => first.seen.rebalancing > 0);
    expect(first.seen.generations).toHaveLength(1);
    release();
    await joining;
    await eventually(() => first.seen.generations.length >= 2);
    const parts = [first, second].map(({ seen }) => seen.generations.at(-1)?.assignment.get(topic));
    expect(parts.map((p) => p?.length)).toEqual([1, 1]);
    expect(first.seen.generations.at(-1)?.id).toBe(second.seen.generations.at(-1)?.id);
  });

  it('keeps its membership through a batch longer than the session', async () => {
    const topic = await stack.eventTopic('long');
    await publish(topic, ['one']);
    let done = false;
    const { seen, listener } = recorder(async (batch) => {
      const deadline = Date.now() + 8_000;
      await eventually(() => Date.now() > deadline);
      done = true;
      return (batch.records.at(-1)?.offset ?? 0) + 1;
    });
    await member(stack.name('long'), [topic]).start(listener);
    await eventually(() => done);
    expect(seen.generations).toHaveLength(1);
    expect(seen.rebalancing).toBe(0);
    expect(seen.heartbeats.length).toBeGreaterThan(10);
    expect([...seen.heartbeats]).toEqual([...seen.heartbeats].sort((a, b) => a - b));
  });

  it('counts the lease from before the join was answered', async () => {
    const topic = await stack.eventTopic('lease');
    const { seen, listener } = recorder();
    const before = Date.now();
    await member(stack.name('lease'), [topic]).start({
      ...listener,
      joined: (generation) => {
        expect(generation.joinedAt).toBeLessThanOrEqual(Date.now());
        listener.joined(generation);
      },
    });
    expect(seen.generations[0]?.joinedAt).toBeGreaterThanOrEqual(before);
    await eventually(() => seen.heartbeats.length > 1);
    expect(seen.heartbeats[0]).toBeGreaterThanOrEqual(seen.generations[0]?.joinedAt ?? Number.NaN);
  });

  it('fetches nothing of a paused partition until it is resumed, and begins a generation with nothing paused', async () => {
    const topic = await stack.eventTopic('pause');
    const group = stack.name('pause');
    await publish(topic, ['one']);
    const one = member(group, [topic], oneTakesAll);
    const { seen, listener } = recorder(async (batch) => {
      one.pause([batch]);
      return batch.fetchedOffset;
    });
    await one.start(listener);
    await eventually(() => seen.batches.length === 1);
    const heartbeats = seen.heartbeats.length;
    await eventually(() => seen.heartbeats.length >= heartbeats + 3);
    expect(seen.batches).toHaveLength(1);
    one.resume([{ topic, partition: 0 }]);
    await eventually(() => seen.batches.length === 2);
    await member(group, [topic], oneTakesAll).start(recorder().listener);
    await eventually(() => seen.generations.length === 2);
    if ((seen.generations[1]?.assignment.get(topic) ?? []).length > 0) {
      await eventually(() => seen.batches.length === 3);
    }
  });

  it('shows every member its topics and metadata, asked at each join', async () => {
    const [a, b] = [await stack.eventTopic('meta-a'), await stack.eventTopic('meta-b')];
    const group = stack.name('meta');
    let joins = 0;
    const met: string[][] = [];
    const assign: Assignor = (joining, counts) => {
      met.push(
        joining.map(({ topics, metadata }) => `${metadata} reads ${[...topics].sort().join('+')}`).sort(),
      );
      expect([...counts.keys()].sort()).toEqual([...new Set(joining.flatMap(({ topics }) => topics))].sort());
      return spread(joining, counts);
    };
    const metadata = () => {
      joins += 1;
      return `join${joins}`;
    };
    const first = recorder();
    await member(group, [a], assign, metadata).start(first.listener);
    await member(group, [b], assign, () => 'other').start(recorder().listener);
    await eventually(() => met.some((names) => names.length === 2));
    expect(met.at(-1)).toEqual([`join${joins} reads ${a}`, `other reads ${b}`]);
    const described = await ports.groupReader.describe(group);
    expect(described.members.map(({ topics, metadata: text }) => `${text} reads ${topics}`).sort()).toEqual(
      met.at(-1),
    );
    expect(await ports.groupReader.list()).toContain(group);
  });

  it('leaves the group when it stops, after the batch in hand, and does not come back', async () => {
    const topic = await stack.eventTopic('stop');
    const group = stack.name('stop');
    await publish(topic, ['one']);
    let handled = false;
    const { seen, listener } = recorder(async (batch) => {
      await eventually(async () => (await ports.groupReader.describe(group)).state === 'Stable');
      const next = (batch.records.at(-1)?.offset ?? 0) + 1;
      await one.commit(seen.generations[0]?.id ?? -1, [{ ...batch, offset: next }]);
      handled = true;
      return next;
    });
    const one = member(group, [topic]);
    await one.start(listener);
    await eventually(() => seen.batches.length === 1);
    await Promise.all([one.stop(), one.stop()]);
    expect(handled).toBe(true);
    expect((await ports.groupReader.describe(group)).state).toBe('Empty');
    expect((await ports.groupReader.committed(group, [topic])).get(topic)).toEqual([2]);
    expect(seen.crashes).toEqual([]);
  });

  it('comes back by itself after the brokers were away for longer than its session', async () => {
    const network = createUnreliableNetwork();
    const unreliable = createTestPorts({ socketFactory: network.socketFactory });
    const topic = await stack.eventTopic('away');
    const group = stack.name('away');
    await publish(topic, ['before']);
    const { seen, listener } = recorder();
    const one = member(group, [topic], spread, () => '', unreliable.ports);
    await one.start(listener);
    await eventually(() => recordsOf(seen).length === 2);
    const id = seen.generations[0]?.id ?? -1;
    await one.commit(id, [{ topic, partition: 0, offset: 2 }]);
    network.cut();
    const late = one.commit(id, [{ topic, partition: 0, offset: 2 }]).catch((error: unknown) => error);
    await eventually(async () => (await ports.groupReader.describe(group)).state === 'Empty');
    await publish(topic, ['after']);
    network.restore();
    await eventually(() => seen.generations.length > 1, 40_000);
    // kafkajs fetches before it learns that its membership ended; the lease keeps such batches from being handled
    await eventually(() => recordsOf(seen).some(({ offset }) => offset === 3));
    expect(await late).toMatchObject({ code: expect.stringMatching(/generation-ended|broker-unavailable/) });
    const joinedAgain = seen.generations.at(-1);
    await one.commit(joinedAgain?.id ?? -1, [{ topic, partition: 0, offset: 4 }]);
    expect(joinedAgain?.memberId).not.toBe(seen.generations[0]?.memberId);
    expect(seen.crashes).toEqual([]);
    await one.stop();
    await unreliable.close();
    await eventually(() => network.openConnections() === 0);
  });

  it('stops and says so when records were removed that it has not read, and leaves the offset as it is', async () => {
    const topic = await stack.eventTopic('removed');
    const group = stack.name('removed');
    await publish(topic, ['one', 'two', 'three']);
    const { seen, listener } = recorder(async (batch) => batch.fetchedOffset);
    const one = member(group, [topic]);
    await one.start(listener);
    await eventually(() => seen.batches.length > 0);
    await one.commit(seen.generations[0]?.id ?? -1, [{ topic, partition: 0, offset: 0 }]);
    const admin = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    await admin.disconnect();
    await eventually(() => seen.crashes.length > 0);
    expect(seen.crashes).toMatchObject([{ code: 'data-lost-to-retention' }]);
    expect(seen.batches.every(({ fetchedOffset }) => fetchedOffset === 0)).toBe(true);
    expect((await ports.groupReader.committed(group, [topic])).get(topic)).toEqual([0]);
  });

  it('is no member any more after a stop that came while it joined', async () => {
    const network = createUnreliableNetwork();
    const unreliable = createTestPorts({ socketFactory: network.socketFactory });
    const topic = await stack.eventTopic('hasty');
    const group = stack.name('hasty');
    const { seen, listener } = recorder();
    const one = member(group, [topic], spread, () => '', unreliable.ports);
    const starting = one.start(listener).catch(() => {});
    await one.stop();
    await starting;
    await unreliable.close();
    await eventually(() => network.openConnections() === 0);
    await eventually(async () => ['Empty', 'Dead'].includes((await ports.groupReader.describe(group)).state));
    expect(seen.crashes).toEqual([]);
  });

  it('refuses to start on a topic that is not there', async () => {
    const one = member(stack.name('missing'), [stack.name('missing')]);
    await expect(one.start(recorder().listener)).rejects.toMatchObject({ code: 'topic-missing' });
  });

  it('rejects within its limit when no broker answers', async () => {
    const away = createTestPorts({ brokers: ['127.0.0.1:1'], limitMs: 500 });
    const one = away.ports.groupMember({
      group: 'g',
      topics: ['t'],
      assignor: { name: 'test', assign: spread },
      metadata: () => '',
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 500,
    });
    await expect(one.start(recorder().listener)).rejects.toMatchObject({ code: 'broker-unavailable' });
    await one.stop();
    await away.ports.close();
  });
});
