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
  it('is caught up with quickly', async () => {
    const [writer, reader] = [await stack.ports.controlLog(), await unreliable.ports.controlLog()];
    await reader.follow(() => {});
    await reader.catchUp();
    const took: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      await writer.append(i);
      const began = performance.now();
      await reader.catchUp();
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    expect(took[25]).toBeLessThan(50);
    await Promise.all([writer.close(), reader.close()]);
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

  it('leaves no consumer group behind', async () => {
    const log = await stack.ports.controlLog();
    await log.follow(() => {});
    await log.catchUp();
    await eventually(async () => (await stack.ports.groupReader.list()).every((g) => !g.includes('follow')));
    await log.close();
  });
});
