import { connect, createServer, type Socket } from 'node:net';

/** Stands between workers and the registry, and can be shut. */
export interface RegistryGate {
  /** The registry's address through the gate. */
  readonly url: string;
  /** Breaks every connection and refuses new ones until `open`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export const createRegistryGate = async (registry: string): Promise<RegistryGate> => {
  const target = new URL(registry);
  const sockets = new Set<Socket>();
  let state: 'open' | 'shut' = 'open';
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (state === 'shut') return void client.resetAndDestroy();
    const upstream = keep(connect(Number(target.port), target.hostname));
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}${target.pathname}`,
    shut: () => {
      state = 'shut';
      breakAll();
    },
    open: () => {
      state = 'open';
    },
    close: async () => {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
