import { createServer } from 'node:net';
import { BatonError } from '@baton/core';
import type { NodePorts, Ports } from './state';

/**
 * Below the range from which systems take the ports of outgoing connections: while a server restarts, no client's
 * connection can sit on its port.
 */
const lowest = 15_000;
const highest = 30_000;

/** Free ports of the loopback interface for each broker and the registry; those wanted are kept if they are free. */
export const choosePorts = async (
  wanted: Ports | undefined,
  { brokers = 1, random = Math.random }: { readonly brokers?: number; readonly random?: () => number } = {},
): Promise<Ports> => {
  const taken = new Set<number>();
  const choose = async (preferred: number | undefined): Promise<number> => {
    if (preferred !== undefined && !taken.has(preferred) && (await isFree(preferred)))
      return claim(preferred);
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const port = lowest + Math.floor(random() * (highest - lowest));
      if (!taken.has(port) && (await isFree(port))) return claim(port);
    }
    throw new BatonError(
      'stack-unavailable',
      `Expected a free port between ${lowest} and ${highest} on 127.0.0.1, found none in 1000 tries. Stop what listens there.`,
    );
  };
  const claim = (port: number): number => {
    taken.add(port);
    return port;
  };
  const chooseNode = async (preferred: NodePorts | undefined): Promise<NodePorts> => ({
    broker: await choose(preferred?.broker),
    controller: await choose(preferred?.controller),
  });
  const first = { ...(await chooseNode(wanted)), registry: await choose(wanted?.registry) };
  if (brokers === 1) return first;
  const others: NodePorts[] = [];
  while (others.length < brokers - 1) others.push(await chooseNode(wanted?.others?.[others.length]));
  return { ...first, others };
};

/** Whether nobody listens on this port of the loopback interface. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
