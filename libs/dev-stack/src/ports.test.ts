import { createServer } from 'node:net';
import { choosePorts, isFree } from './ports';

const holdPort = async (port: number) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { release: () => new Promise((resolve) => server.close(resolve)) };
};

describe('the choice of ports', () => {
  it('keeps those of the last start while they are free', async () => {
    const first = await choosePorts(undefined);
    expect(await choosePorts(first)).toEqual(first);
  });

  it('replaces only the one that somebody else took', async () => {
    const first = await choosePorts(undefined);
    const held = await holdPort(first.registry);
    try {
      expect(await isFree(first.registry)).toBe(false);
      const second = await choosePorts(first);
      expect(second).toMatchObject({ broker: first.broker, controller: first.controller });
      expect(second.registry).not.toBe(first.registry);
    } finally {
      await held.release();
    }
  });

  it('gives each of several brokers two of its own, and keeps them too', async () => {
    const first = await choosePorts(undefined, { brokers: 3 });
    const all = [first, ...(first.others ?? [])].flatMap(({ broker, controller }) => [broker, controller]);
    expect(new Set([...all, first.registry]).size).toBe(7);
    expect(await choosePorts(first, { brokers: 3 })).toEqual(first);
  });

  it('gives three different ports even when chance gives the same number again', async () => {
    const numbers = [0.5, 0.5, 0.6, 0.5, 0.6, 0.7];
    const ports = await choosePorts(undefined, { random: () => numbers.shift() ?? Math.random() });
    expect(new Set(Object.values(ports)).size).toBe(3);
  });
});
