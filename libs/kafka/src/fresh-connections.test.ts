import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import Connection from 'kafkajs/src/network/connection';
import Encoder from 'kafkajs/src/protocol/encoder';
import { installFreshConnections } from './fresh-connections';

/** An answer in the making: a length, the number of the request, and a number. */
const answerTo = (request: Buffer, answer: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(8, 0);
  request.copy(bytes, 4, 8, 12);
  bytes.writeInt32BE(answer, 8);
  return bytes;
};

/** Says that a long answer comes, and breaks off; answers every request on later connections. */
const startServer = async (): Promise<Server> => {
  let connections = 0;
  const server = createServer((socket: Socket) => {
    connections += 1;
    const isFirst = connections === 1;
    socket.on('error', () => {});
    socket.on('data', (request) => {
      if (isFirst) socket.end(Buffer.from([0, 0, 1, 0, 7, 7, 7]));
      else socket.write(answerTo(request, 42));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

const silent = () => ({ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} });

const question = {
  request: {
    ...{ apiKey: 18, apiVersion: 0, apiName: 'Question' },
    encode: async () => new Encoder(),
  },
  response: {
    decode: async (payload: Buffer) => ({ answer: payload.readInt32BE(0) }),
    parse: async (decoded: { answer: number }) => decoded,
  },
};

/** What a connection makes of an answer after the last one broke off; over the same object, as in kafkajs's pool. */
const askTwice = async (): Promise<readonly unknown[]> => {
  const server = await startServer();
  const connection = new Connection({
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    ...{ connectionTimeout: 1_000, requestTimeout: 300, logger: { namespace: silent } },
    socketFactory: ({ host, port, onConnect }) => connect(port, host, onConnect),
  });
  const ask = async () => {
    await connection.connect();
    return connection.send(question).then(
      ({ answer }) => answer,
      ({ name }: Error) => name,
    );
  };
  try {
    return [await ask(), await ask()];
  } finally {
    await connection.disconnect();
    await new Promise((resolve) => server.close(resolve));
  }
};

describe('a connection that broke off in the middle of an answer', () => {
  it('understands nothing of the next one, as kafkajs comes', async () => {
    expect(await askTwice()).toEqual(['KafkaJSConnectionClosedError', 'KafkaJSRequestTimeoutError']);
  });

  it('begins anew', async () => {
    installFreshConnections();
    expect(await askTwice()).toEqual(['KafkaJSConnectionClosedError', 42]);
  });
});
