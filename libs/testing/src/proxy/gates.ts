import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { BatonError } from '@baton/core';
import type { BrokerAddress } from './addresses';

/** The proxy's own listeners, one for each broker. */
export interface Gates {
  /** Where clients reach this broker through the proxy; opens a listener for one that was not known. */
  through(broker: BrokerAddress): Promise<BrokerAddress>;
  /** Takes no more connections and gives the ports back, once the connections made through them have closed. */
  close(): Promise<void>;
}

/** Opens listeners on free ports of the loopback interface. */
export const createGates = (accept: (client: Socket, broker: BrokerAddress) => void): Gates => {
  const gates = new Map<string, Promise<Server>>();
  return {
    through: async (broker) => {
      const name = nameOf(broker);
      const server = gates.get(name) ?? listen((client) => accept(client, broker));
      gates.set(name, server);
      return { host: '127.0.0.1', port: portOf(await server) };
    },
    close: async () => {
      const servers = await Promise.all(gates.values());
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
};

/** `host:port`. */
export const nameOf = ({ host, port }: BrokerAddress): string => `${host}:${port}`;

/** Reads `host:port`. */
export const addressOf = (text: string): BrokerAddress => {
  const [, host, port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  throw new BatonError(
    'invalid-argument',
    `Expected the address of a broker such as 127.0.0.1:9092, got ${JSON.stringify(text)}. Correct the address.`,
  );
};

/** A client that closes its end may still be answered, and what it sent still be delivered. */
const listen = (accept: (client: Socket) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => resolve(server));
  });

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
