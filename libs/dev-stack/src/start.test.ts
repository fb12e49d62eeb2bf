import type { Engine } from './engine';
import { lastWordsOf, saysPortTaken, waitUntilReady } from './start';

const brokerLog = `2026-12-01 WARN earlier
2026-12-01 ERROR kafka.server.BrokerServer: Fatal error during broker startup
org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:15001: Address already in use.
\tat kafka.network.SocketServer.openServerSocket(SocketServer.scala:1)
\tat kafka.network.SocketServer.startup(SocketServer.scala:2)
Caused by: java.net.BindException: Address already in use
\t... 6 more
`;

const ended: Engine = {
  prepare: async () => {},
  launch: async () => {},
  halt: async () => {},
  pause: async () => {},
  resume: async () => {},
  isRunning: async () => false,
  dismantle: async () => {},
  lastWords: async () => lastWordsOf(brokerLog),
  pids: () => ({}),
};

const nobody = { brokers: ['127.0.0.1:1'], registry: 'http://127.0.0.1:1' };

describe('a server that does not start', () => {
  it.each(['broker', 'registry'] as const)('is reported with what it said at once: %s', async (part) => {
    await expect(waitUntilReady(part, { engine: ended, addresses: nobody })).rejects.toMatchObject({
      code: 'stack-unavailable',
      message: expect.stringContaining('failed to bind to 127.0.0.1:15001'),
      details: { part, portTaken: true },
    });
  });

  it('is reported when it runs without ever answering', async () => {
    const silent = { ...ended, isRunning: async () => true };
    const attempt = waitUntilReady('registry', { engine: silent, addresses: nobody, timeoutMs: 300 });
    await expect(attempt).rejects.toThrow(/it did not answer within 0\.3 s/);
  });

  it('is quoted without the frames of its stack traces', () => {
    expect(lastWordsOf(brokerLog)).not.toMatch(/SocketServer\.scala|6 more/);
    expect(lastWordsOf(brokerLog).split('\n')).toHaveLength(4);
  });
});

it.each([
  'Port 15003 seems to be in use by another process.',
  'Bind for 127.0.0.1:15001 failed: port is already allocated',
])('knows that a port was taken from: %s', (text) => {
  expect(saysPortTaken(text)).toBe(true);
});
