import type { Assignor, GroupListener, GroupMember, TransactionalProducer } from '@baton/messaging';
import { VirtualClock } from '../virtual-clock';
import { type BrokerClient, MemoryBroker } from './memory-broker';

const topic = 'lending.BooksBorrowed.v1';

const set = (partitions = 1) => {
  const clock = new VirtualClock();
  const broker = new MemoryBroker({ clock, maxRecords: 3, transactionTimeoutMs: 5_000 });
  broker.createTopic(topic, { partitions });
  const record = (text: string, partition = 0) => ({
    topic,
    partition,
    key: 'k',
    value: Buffer.from(text),
    headers: {},
    timestamp: clock.now(),
  });
  return { clock, broker, record };
};

const texts = (broker: MemoryBroker) =>
  broker
    .log(topic)
    .committed()
    .map(({ value }) => String(value));

const opened = async (
  { clock, broker }: ReturnType<typeof set>,
  id: string,
): Promise<TransactionalProducer> => {
  const producer = await clock.settle(broker.connect(id).createProducer(id));
  await clock.settle(producer.begin());
  return producer;
};

describe('transactions', () => {
  it('show nothing before the commit, and a marker takes an offset', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    const producer = await opened(scene, 'a');
    await clock.settle(producer.send([record('1'), record('2')]));
    broker.append(record('plain'));
    const log = broker.log(topic);
    expect([log.lastStableOffset(), log.highWatermark(), texts(broker)]).toEqual([0, 3, []]);
    await clock.settle(producer.commit());
    expect([log.lastStableOffset(), log.highWatermark()]).toEqual([4, 4]);
    expect(texts(broker)).toEqual(['1', '2', 'plain']);
  });

  it('are fenced and aborted by a successor of the same id', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    const old = await opened(scene, 'a');
    await clock.settle(old.send([record('old')]));
    const fresh = await opened(scene, 'a');
    await expect(clock.settle(old.commit())).rejects.toMatchObject({ code: 'producer-fenced' });
    await clock.settle(fresh.send([record('new')]));
    await clock.settle(fresh.commit());
    expect(texts(broker)).toEqual(['new']);
  });

  it('are aborted when they stay open too long', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    const producer = await opened(scene, 'a');
    await clock.settle(producer.send([record('1')]));
    await clock.advance(5_000);
    expect(broker.log(topic).lastStableOffset()).toBe(2);
    await expect(clock.settle(producer.commit())).rejects.toMatchObject({ code: 'producer-fenced' });
    expect(texts(broker)).toEqual([]);
  });

  it('take effect although the response got lost, and do not if the request did', async () => {
    for (const [how, expected] of [
      ['lost-response', ['1']],
      ['lost-request', []],
    ] as const) {
      const scene = set();
      const { clock, broker, record } = scene;
      const producer = await opened(scene, 'a');
      await clock.settle(producer.send([record('1')]));
      broker.network.fail({ operation: 'commit', how });
      await expect(clock.settle(producer.commit())).rejects.toMatchObject({ code: 'outcome-unknown' });
      await expect(producer.begin()).rejects.toMatchObject({ code: 'invalid-argument' });
      expect(texts(broker)).toEqual(expected);
    }
  });

  it('refuse stamps too far ahead of the broker', async () => {
    const scene = set();
    const { clock, record } = scene;
    const producer = await opened(scene, 'a');
    const ahead = { ...record('1'), timestamp: clock.now() + 60_000 };
    await expect(clock.settle(producer.send([ahead]))).rejects.toMatchObject({ code: 'clock-out-of-range' });
  });
});

describe('groups', () => {
  const roundRobin: Assignor = (members, counts) =>
    new Map(
      members.map(({ memberId, topics }, i) => [
        memberId,
        new Map(
          topics.map((name) => [
            name,
            Array.from({ length: counts.get(name) ?? 0 }, (_, p) => p).filter(
              (p) => p % members.length === i,
            ),
          ]),
        ),
      ]),
    );

  interface Watched {
    readonly member: GroupMember;
    readonly client: BrokerClient;
    readonly events: string[];
    handle: (offset: number) => Promise<void>;
  }

  const join = async ({ broker, clock }: ReturnType<typeof set>, name: string): Promise<Watched> => {
    const client = broker.connect(name);
    const member = client.groupMember({
      group: 'g',
      topics: [topic],
      assignor: { name: 'rr', assign: roundRobin },
      metadata: () => '',
      sessionTimeoutMs: 3_000,
      heartbeatIntervalMs: 500,
    });
    const events: string[] = [];
    const watched: Watched = { member, client, events, handle: async () => {} };
    const listener: GroupListener = {
      joined: ({ id, assignment }) => events.push(`joined ${id}: ${assignment.get(topic) ?? ''}`),
      batch: async (batch) => {
        const offsets = [...batch.records].map(({ offset }) => offset);
        events.push(`batch ${batch.partition}: ${offsets}`);
        await watched.handle(batch.fetchedOffset);
        return { nextOffset: batch.fetchedOffset + offsets.length };
      },
      heartbeat: () => {},
      rebalancing: () => {
        events.push('rebalancing');
      },
      crashed: () => events.push('crashed'),
    };
    await clock.settle(member.start(listener));
    return watched;
  };

  it('share partitions anew when a member joins, leaves or falls silent', async () => {
    const scene = set(2);
    const { clock } = scene;
    const a = await join(scene, 'a');
    await clock.advance(100);
    const b = await join(scene, 'b');
    await clock.advance(2_000);
    b.client.process.disconnect();
    await clock.advance(6_000);
    b.client.process.reconnect();
    await clock.advance(2_000);
    await clock.settle(b.member.stop());
    await clock.advance(2_000);
    const joins = a.events.filter((event) => event.startsWith('joined'));
    expect(joins.map((event) => event.split(': ')[1])).toEqual(['0,1', '0', '0,1', '0', '0,1']);
    expect(a.events.filter((event) => event === 'rebalancing')).toHaveLength(4);
  });

  it('let each member finish its batch before it joins anew', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    const a = await join(scene, 'a');
    let finish = () => {};
    a.handle = () =>
      new Promise<void>((done) => {
        finish = done;
      });
    broker.append(record('1'));
    await clock.advance(100);
    await join(scene, 'b');
    await clock.advance(2_000);
    expect(a.events).toEqual(['joined 1: 0', 'batch 0: 0', 'rebalancing']);
    finish();
    await clock.advance(100);
    expect(a.events.at(-1)).toMatch(/^joined 2|^batch/);
  });

  it('reject the commits of a member that was dropped', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    const a = await join(scene, 'a');
    await clock.advance(100);
    a.client.process.freeze();
    await clock.advance(5_000);
    expect(broker.group('g').describe().state).toBe('Empty');
    broker.append(record('1'));
    a.client.process.thaw();
    const late = a.member.commit(1, [{ topic, partition: 0, offset: 1 }]);
    await expect(clock.settle(late)).rejects.toMatchObject({ code: 'generation-ended' });
    expect(broker.group('g').offsets.get({ topic, partition: 0 }).offset).toBeUndefined();
  });

  it('fetch in limited batches, nothing while paused, and give up where records were removed', async () => {
    const scene = set();
    const { clock, broker, record } = scene;
    for (let i = 0; i < 4; i += 1) broker.append(record(String(i)));
    const a = await join(scene, 'a');
    await clock.advance(100);
    a.member.pause([{ topic, partition: 0 }]);
    broker.append(record('4'));
    await clock.advance(1_000);
    expect(a.events.slice(1)).toEqual(['batch 0: 0,1,2', 'batch 0: 3']);
    a.member.resume([{ topic, partition: 0 }]);
    await clock.advance(100);
    expect(a.events.at(-1)).toBe('batch 0: 4');
    a.member.pause([{ topic, partition: 0 }]);
    for (let i = 5; i < 9; i += 1) broker.append(record(String(i)));
    broker.log(topic).deleteBefore(7);
    a.member.resume([{ topic, partition: 0 }]);
    await clock.advance(100);
    expect(a.events.at(-1)).toBe('crashed');
  });
});
