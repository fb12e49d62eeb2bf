import type { GroupListener, GroupMember } from '@baton/messaging';
import { createTestPorts, eventually } from '../test/stack';
import { createUnreliableNetwork } from '../test/unreliable-network';
import type { KafkaPorts } from '.';

jest.setTimeout(60_000);

const stack = createTestPorts();
afterAll(() => stack.close());

const recorder = () => {
  const seen = { generations: 0, crashes: 0 };
  const listener: GroupListener = {
    joined: () => {
      seen.generations += 1;
    },
    batch: async ({ records, fetchedOffset }) => ({
      nextOffset: ([...records].at(-1)?.offset ?? fetchedOffset) + 1,
    }),
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: () => {
      seen.crashes += 1;
    },
  };
  return { seen, listener };
};

const memberOf = ({ groupMember }: KafkaPorts, group: string, topic: string): GroupMember =>
  groupMember({
    group,
    topics: [topic],
    assignor: {
      name: 'all',
      assign: ([one]) => new Map(one ? [[one.memberId, new Map([[topic, [0]]])]] : []),
    },
    metadata: () => '',
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 300,
  });

describe('a group member', () => {
  it('leaves no connection open after it was cut off, came back and stopped', async () => {
    const network = createUnreliableNetwork();
    const unreliable = createTestPorts({ socketFactory: network.socketFactory });
    const [topic, group] = [await stack.eventTopic('away'), stack.name('away')];
    const { seen, listener } = recorder();
    const one = memberOf(unreliable.ports, group, topic);
    await one.start(listener);
    network.cut();
    await eventually(async () => (await stack.ports.groupReader.describe(group)).state === 'Empty');
    network.restore();
    await eventually(() => seen.generations > 1, 40_000);
    await one.stop();
    await unreliable.close();
    await eventually(() => network.openConnections() === 0);
    expect(seen.crashes).toBe(0);
  });

  it('is no member any more after a stop that came while it joined', async () => {
    const network = createUnreliableNetwork();
    const unreliable = createTestPorts({ socketFactory: network.socketFactory });
    const [topic, group] = [await stack.eventTopic('hasty'), stack.name('hasty')];
    const { seen, listener } = recorder();
    const one = memberOf(unreliable.ports, group, topic);
    const starting = one.start(listener).catch(() => {});
    await one.stop();
    await starting;
    await unreliable.close();
    await eventually(() => network.openConnections() === 0);
    const { groupReader } = stack.ports;
    await eventually(async () => ['Empty', 'Dead'].includes((await groupReader.describe(group)).state));
    expect(seen.crashes).toBe(0);
  });

  it('rejects within its limit when no broker answers', async () => {
    const away = createTestPorts({ brokers: ['127.0.0.1:1'], limitMs: 500 });
    const one = memberOf(away.ports, 'g', 't');
    await expect(one.start(recorder().listener)).rejects.toMatchObject({ code: 'broker-unavailable' });
    await one.stop();
    await away.ports.close();
  });
});
