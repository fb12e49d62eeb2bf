import { createTestPorts } from '../test/stack';

jest.setTimeout(15_000);

describe('ports without a broker', () => {
  it('give up within the limit they were given, and name the addresses', async () => {
    const { ports } = createTestPorts({ brokers: ['127.0.0.1:1', '127.0.0.1:2'], limitMs: 1_000 });
    const presence = ports.presence();
    const began = Date.now();
    const asks = [
      ports.logOffsets.end('t'),
      ports.authorizer(),
      ports.groupReader.list(),
      ports.controlLog(),
      presence.put('a', {}),
    ];
    for (const ask of await Promise.allSettled(asks)) {
      expect(ask).toMatchObject({ status: 'rejected', reason: { code: 'broker-unavailable' } });
      const { message } = (ask as PromiseRejectedResult).reason as Error;
      expect(message).toContain('at 127.0.0.1:1, 127.0.0.1:2 within 1 s');
      expect(message).not.toMatch(/ \d+ ms/);
    }
    expect(Date.now() - began).toBeLessThan(3_000);
    await presence.close();
    await ports.close();
  });
});
