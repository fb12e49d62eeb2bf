import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createFrameSplitter } from './frame-splitter';
import { createKafkaProxy, type KafkaProxy } from './kafka-proxy';

/** A broker that answers each request with its correlation id and the same number of bytes, and notes what it saw. */
const startBroker = async () => {
  const seen: number[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    const splitter = createFrameSplitter(10_000_000);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const { bytes } of splitter.push(chunk)) {
        const correlationId = bytes.readInt32BE(8);
        seen.push(correlationId);
        const answer = Buffer.alloc(bytes.length, 7);
        answer.writeInt32BE(bytes.length - 4, 0);
        answer.writeInt32BE(correlationId, 4);
        socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    seen,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

const requestOf = (correlationId: number, { api = 26, size = 40, clientId = 'me' } = {}): Buffer => {
  const bytes = Buffer.alloc(size);
  bytes.writeInt32BE(size - 4, 0);
  bytes.writeInt16BE(api, 4);
  bytes.writeInt16BE(1, 6);
  bytes.writeInt32BE(correlationId, 8);
  bytes.writeInt16BE(clientId.length, 12);
  bytes.write(clientId, 14);
  return bytes;
};

const openClient = async (proxy: KafkaProxy) => {
  const [, port] = (proxy.brokers[0] ?? '').split(':');
  const answers: number[] = [];
  let received = 0;
  let ending: string | undefined;
  const splitter = createFrameSplitter(10_000_000);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('data', (chunk) => {
    received += chunk.length;
    for (const { bytes } of splitter.push(chunk)) answers.push(bytes.readInt32BE(4));
  });
  socket.on('end', () => {
    ending ??= 'closed';
  });
  socket.on('error', ({ message }) => {
    ending ??= message;
  });
  clients.add(socket);
  return { socket, answers, received: () => received, ending: () => ending };
};

const eventually = async (fact: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 5_000; !fact(); await turn())
    if (Date.now() > deadline) throw new Error(`Still not true: ${fact}`);
};
const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

const wasReset = /ECONNRESET/;
const clients = new Set<Socket>();
let broker: Awaited<ReturnType<typeof startBroker>>;
let proxy: KafkaProxy;
beforeEach(async () => {
  broker = await startBroker();
  proxy = await createKafkaProxy({ brokers: [broker.address], random: () => 0.5 });
});
afterEach(async () => {
  for (const socket of clients) socket.destroy();
  clients.clear();
  await proxy.close();
  broker.close();
});

describe('the fault proxy', () => {
  it('carries messages of any size both ways, and forgets a connection that closes', async () => {
    const client = await openClient(proxy);
    client.socket.write(Buffer.concat([requestOf(1), requestOf(2, { size: 3_000_000 }), requestOf(3)]));
    await eventually(() => client.answers.length === 3);
    expect(client.answers).toEqual([1, 2, 3]);
    expect(client.received()).toBe(3_000_080);
    expect(proxy.connections()).toEqual([{ number: 1, broker: broker.address, clientId: 'me' }]);
    client.socket.end();
    await eventually(() => proxy.connections().length === 0);
    expect(proxy.problems()).toEqual([]);
  });

  it('cuts every connection and new ones until the fault ends', async () => {
    const client = await openClient(proxy);
    client.socket.write(requestOf(1));
    await eventually(() => client.answers.length === 1);
    const cut = proxy.inject({ kind: 'cut' });
    await eventually(() => client.ending() !== undefined);
    const second = await openClient(proxy);
    await eventually(() => second.ending() !== undefined);
    for (const { ending } of [client, second]) expect(ending()).toMatch(wasReset);
    expect(cut.hits()).toBe(2);
    cut.end();
    const third = await openClient(proxy);
    third.socket.write(requestOf(3));
    await eventually(() => third.answers.length === 1);
  });

  it('cuts one client and leaves the others alone', async () => {
    const [mine, other] = [await openClient(proxy), await openClient(proxy)];
    proxy.inject({ kind: 'cut', clientId: 'mine' });
    mine.socket.write(requestOf(1, { clientId: 'mine' }));
    other.socket.write(requestOf(2, { clientId: 'other' }));
    await eventually(() => mine.ending() !== undefined && other.answers.length === 1);
    expect([mine.answers, other.ending()]).toEqual([[], undefined]);
  });

  it('lets requests pass and responses vanish, or the reverse', async () => {
    const client = await openClient(proxy);
    const oneWay = proxy.inject({ kind: 'one-way', passes: 'requests' });
    client.socket.write(requestOf(1));
    await eventually(() => oneWay.hits() === 1);
    expect([broker.seen, client.answers, client.ending()]).toEqual([[1], [], undefined]);
    proxy.heal();
    const reverse = proxy.inject({ kind: 'one-way', passes: 'responses' });
    client.socket.write(requestOf(2));
    await eventually(() => reverse.hits() === 1);
    reverse.end();
    client.socket.write(requestOf(3));
    await eventually(() => client.answers.length === 1);
    expect([broker.seen, client.answers]).toEqual([[1, 3], [3]]);
  });

  it('holds everything while half-open, and delivers it afterwards although the client has given up', async () => {
    const client = await openClient(proxy);
    const halfOpen = proxy.inject({ kind: 'half-open' });
    client.socket.write(requestOf(1));
    await eventually(() => halfOpen.hits() > 0);
    client.socket.destroy();
    const second = await openClient(proxy);
    second.socket.write(requestOf(2));
    await eventually(() =>
      proxy.connections().some(({ number, clientId }) => number === 2 && clientId === 'me'),
    );
    expect([broker.seen, proxy.connections().length]).toEqual([[], 2]);
    halfOpen.end();
    await eventually(() => broker.seen.length === 2 && second.answers.length === 1);
    await eventually(() => proxy.connections().length === 1);
  });

  it.each(['requests', 'responses'] as const)('resets inside one message of the %s', async (direction) => {
    const reset = proxy.inject({ kind: 'reset', direction, api: 26 });
    const client = await openClient(proxy);
    client.socket.write(requestOf(1, { api: 0 }));
    await eventually(() => client.answers.length === 1);
    client.socket.write(requestOf(2));
    await eventually(() => client.ending() !== undefined);
    expect(client.ending()).toMatch(wasReset);
    expect(client.received()).toBe(direction === 'requests' ? 40 : 60);
    expect(broker.seen).toEqual(direction === 'requests' ? [1] : [1, 2]);
    expect(reset.hits()).toBe(1);
  });

  it('drops the next answers of one request, and no others', async () => {
    const drop = proxy.inject({ kind: 'drop', direction: 'responses', api: 26, times: 2 });
    const client = await openClient(proxy);
    for (const id of [1, 2, 3, 4]) client.socket.write(requestOf(id, { api: id === 1 ? 0 : 26 }));
    await eventually(() => client.answers.length === 2);
    expect([broker.seen, client.answers, drop.hits()]).toEqual([[1, 2, 3, 4], [1, 4], 2]);
  });

  it('closes the connection in place of an answer where that is asked for', async () => {
    proxy.inject({ kind: 'drop', direction: 'responses', api: 26, after: 'close' });
    const client = await openClient(proxy);
    client.socket.write(requestOf(1));
    await eventually(() => client.ending() !== undefined);
    expect([broker.seen, client.answers, client.ending()]).toEqual([[1], [], 'closed']);
  });

  it('delays messages without changing their order', async () => {
    proxy.inject({ kind: 'latency', ms: 30, jitterMs: 20, direction: 'requests', api: 26 });
    const client = await openClient(proxy);
    const startedAt = performance.now();
    for (const id of [1, 2, 3]) client.socket.write(requestOf(id, { api: id === 2 ? 26 : 0 }));
    await eventually(() => client.answers.length === 3);
    expect(client.answers).toEqual([1, 2, 3]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39);
  });

  it('lets bytes trickle until the throttle ends', async () => {
    const throttle = proxy.inject({ kind: 'throttle', bytesPerSecond: 10_000, direction: 'responses' });
    const client = await openClient(proxy);
    const startedAt = performance.now();
    client.socket.write(requestOf(1, { size: 2_000 }));
    await eventually(() => client.answers.length === 1);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(120);
    client.socket.write(requestOf(2, { size: 3_000_000 }));
    await eventually(() => throttle.hits() >= 2);
    throttle.end();
    await eventually(() => client.answers.length === 2);
  });

  it('resets a client whose broker cannot be reached', async () => {
    const nobody = await createKafkaProxy({ brokers: ['127.0.0.1:1'] });
    const client = await openClient(nobody);
    await eventually(() => client.ending() !== undefined);
    expect(client.ending()).toMatch(wasReset);
    await nobody.close();
  });

  it('notes what it does not understand, and resets its connection', async () => {
    const client = await openClient(proxy);
    client.socket.write(requestOf(1, { api: 3, size: 40 }).fill(99, 6, 8));
    await eventually(() => client.ending() !== undefined);
    expect(proxy.problems()).toEqual([expect.stringMatching(/Expected a known version of request 3/)]);
    const tls = await openClient(proxy);
    tls.socket.write(Buffer.from('ffffffff00', 'hex'));
    await eventually(() => tls.ending() !== undefined);
    expect(proxy.problems()).toHaveLength(2);
  });

  it.each([
    [{ kind: 'throttle', bytesPerSecond: 0 }, /bytesPerSecond of at least 1/],
    [{ kind: 'latency', ms: -1 }, /ms of at least 0/],
  ] as const)('refuses %j', (fault, message) => {
    expect(() => proxy.inject(fault)).toThrow(message);
  });

  it('refuses what is no address', async () => {
    await expect(createKafkaProxy({ brokers: ['nowhere'] })).rejects.toThrow(/address of a broker/);
  });
});
