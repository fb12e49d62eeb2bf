import type { LoggedEntry } from '@baton/control';
import { createTestPorts, eventually } from '../test/stack';
import { createUnreliableNetwork } from '../test/unreliable-network';
import { controlTopicSpec } from '.';

jest.setTimeout(60_000);

const network = createUnreliableNetwork();
const stack = createTestPorts();
const unreliable = createTestPorts({ controlTopic: stack.control, socketFactory: network.socketFactory });
beforeAll(() => stack.ports.topics.apply([controlTopicSpec(stack.control)]));
afterAll(async () => {
  network.restore();
  await unreliable.close();
  await stack.close();
});

describe('the control log', () => {
  it('stands still at nothing while it is empty', async () => {
    const log = await stack.ports.controlLog();
    const seen: LoggedEntry[] = [];
    await log.follow((entry) => seen.push(entry));
    await log.catchUp();
    expect(seen).toEqual([]);
    await log.close();
  });

  it('delivers every entry in order, with the place and broker time that its append returned', async () => {
    const log = await stack.ports.controlLog();
    const seen: LoggedEntry[] = [];
    await log.follow((entry) => seen.push(entry));
    const before = Date.now();
    const one = await log.append({ n: 1 });
    const two = await log.append({ n: 2 });
    await log.catchUp();
    expect(seen.slice(-2)).toEqual([
      { ...one, value: { n: 1 } },
      { ...two, value: { n: 2 } },
    ]);
    expect(two.offset).toBe(one.offset + 1);
    expect(one.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(two.at).toBeGreaterThanOrEqual(one.at);
    await log.close();
  });

  it('shows a late follower everything from the first entry on, what others appended too', async () => {
    const [writer, reader] = [await stack.ports.controlLog(), await unreliable.ports.controlLog()];
    expect(reader.id).toBe(writer.id);
    await writer.append('from another');
    const seen: LoggedEntry[] = [];
    await reader.follow((entry) => seen.push(entry));
    await reader.catchUp();
    expect(seen.map(({ offset }) => offset)).toEqual(seen.map((_, i) => i));
    expect(seen.at(-1)?.value).toBe('from another');
    await Promise.all([writer.close(), reader.close()]);
  });

  it('has caught up with all that was appended before the call, every time, and quickly', async () => {
    const [writer, reader] = [await stack.ports.controlLog(), await unreliable.ports.controlLog()];
    let last: unknown;
    await reader.follow(({ value }) => {
      last = value;
    });
    await reader.catchUp();
    const took: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      await writer.append(i);
      const began = performance.now();
      await reader.catchUp();
      took.push(performance.now() - began);
      expect(last).toBe(i);
    }
    took.sort((a, b) => a - b);
    expect(took[25]).toBeLessThan(50);
    await Promise.all([writer.close(), reader.close()]);
  });

  it('goes on after its connections were cut, missing and repeating nothing', async () => {
    const [writer, reader] = [await stack.ports.controlLog(), await unreliable.ports.controlLog()];
    const seen: LoggedEntry[] = [];
    await reader.follow((entry) => seen.push(entry));
    await reader.catchUp();
    network.cut();
    await writer.append('while away');
    const caughtUp = reader.catchUp();
    network.restore();
    await caughtUp;
    expect(seen.at(-1)?.value).toBe('while away');
    expect(seen.map(({ offset }) => offset)).toEqual(seen.map((_, i) => i));
    await reader.append('by itself');
    await reader.catchUp();
    expect(seen.at(-1)?.value).toBe('by itself');
    await Promise.all([writer.close(), reader.close()]);
  });

  it('refuses to catch up once it is closed, and does not hang', async () => {
    const log = await stack.ports.controlLog();
    await log.follow(() => {});
    await Promise.all([log.close(), log.close()]);
    await expect(log.append('too late')).rejects.toMatchObject({ code: 'broker-unavailable' });
    await expect(log.catchUp()).rejects.toMatchObject({ code: 'broker-unavailable' });
    await log.close();
  });

  it('gives up catching up and appending at a limit while the brokers are away', async () => {
    const impatient = createTestPorts({
      controlTopic: stack.control,
      socketFactory: network.socketFactory,
      limitMs: 500,
    });
    const log = await impatient.ports.controlLog();
    await log.follow(() => {});
    await log.catchUp();
    network.cut();
    await expect(log.catchUp()).rejects.toMatchObject({ code: 'broker-unavailable' });
    await expect(log.append({})).rejects.toMatchObject({ code: 'broker-unavailable' });
    network.restore();
    await log.close();
    await impatient.ports.close();
  });

  it('gives undefined for an entry that is no JSON', async () => {
    const topic = await stack.eventTopic('not-json');
    const producer = await stack.ports.transactionalProducer(stack.name('not-json'));
    await producer.begin();
    await producer.send([
      { topic, partition: 0, key: 'k', value: Buffer.from('{'), headers: {}, timestamp: Date.now() },
    ]);
    await producer.commit();
    await producer.close();
    const ports = createTestPorts({ controlTopic: topic });
    const log = await ports.ports.controlLog();
    const seen: LoggedEntry[] = [];
    await log.follow((entry) => seen.push(entry));
    await log.catchUp();
    expect(seen.map(({ value }) => value)).toEqual([undefined]);
    await expect(log.append({})).rejects.toMatchObject({ code: 'topic-misconfigured' });
    await log.close();
    await ports.ports.close();
  });

  it('refuses to follow a topic that is not there or has several partitions', async () => {
    const nowhere = createTestPorts();
    const log = await nowhere.ports.controlLog();
    await expect(log.follow(() => {})).rejects.toMatchObject({ code: 'topic-missing' });
    await log.close();
    await nowhere.ports.close();
    const wide = createTestPorts({ controlTopic: await stack.eventTopic('wide', 2) });
    const wideLog = await wide.ports.controlLog();
    await expect(wideLog.follow(() => {})).rejects.toMatchObject({ code: 'topic-misconfigured' });
    await wideLog.close();
    await wide.ports.close();
  });

  it('leaves no consumer group behind', async () => {
    const log = await stack.ports.controlLog();
    await log.follow(() => {});
    await log.catchUp();
    await eventually(async () => (await stack.ports.groupReader.list()).every((g) => !g.includes('follow')));
    await log.close();
  });
});
