import type { Socket } from 'node:net';
import { BatonError } from '@baton/core';
import { type BrokerAddress, bearsAddresses, findAddresses, replaceAddresses } from './addresses';
import type { MessageFacts } from './decide';
import type { Direction } from './faults';
import { type LaneTools, openLane } from './lane';
import { type RequestHeader, readCorrelationId, readRequestHeader } from './wire';

/** An open connection through the proxy. */
export interface ProxyConnection {
  readonly number: number;
  /** The broker's own address. */
  readonly broker: string;
  /** Undefined before the first request. */
  readonly clientId: string | undefined;
}

export interface ConnectionDeps extends LaneTools {
  readonly number: number;
  readonly client: Socket;
  /** The connection to the broker, perhaps still being made. */
  readonly upstream: Socket;
  readonly broker: string;
  /** Where clients reach a broker through the proxy. */
  readonly throughProxy: (broker: BrokerAddress) => Promise<BrokerAddress>;
  readonly onProblem: (text: string) => void;
  readonly onClose: () => void;
}

export interface Connection {
  facts(): ProxyConnection;
  reset(): void;
}

/** Joins a client and a broker; knows for each response which request it answers. */
export const openConnection = (deps: ConnectionDeps): Connection => {
  const { number, client, upstream, broker, board, throughProxy, onProblem, onClose } = deps;
  let clientId: string | undefined;
  const requests = createRequestMemory();
  const factsOf = (direction: Direction, request?: RequestHeader): MessageFacts => ({
    direction,
    api: request?.api,
    version: request?.version,
    connection: number,
    broker,
    clientId,
  });
  const end = (how: 'reset' | 'close'): void => {
    for (const socket of [client, upstream]) endSocket(socket, how);
    board.changed.notify();
  };
  const broken = (error: unknown): void => {
    if (!client.destroyed) onProblem(`Connection ${number} to ${broker}: ${String(error)}`);
    end('reset');
  };
  watch(client, upstream, { reset: () => end('reset'), onClose });
  openLane({
    ...deps,
    end,
    broken,
    source: client,
    sink: upstream,
    connectionFacts: () => factsOf('requests'),
    factsOf: (first) => {
      const request = readRequestHeader(first);
      clientId = request.clientId;
      requests.remember(request);
      return factsOf('requests', request);
    },
    rewrite: async (first) => first,
  });
  openLane({
    ...deps,
    end,
    broken,
    source: upstream,
    sink: client,
    connectionFacts: () => factsOf('responses'),
    factsOf: (first) => factsOf('responses', requests.take(readCorrelationId(first))),
    rewrite: (first, facts) => leadThroughProxy(first, facts, throughProxy),
  });
  return { facts: () => ({ number, broker, clientId }), reset: () => end('reset') };
};

/** Requests without an answer yet. Brokers answer in order, so an answer also settles those before it that want none. */
const createRequestMemory = () => {
  const unanswered = new Map<number, RequestHeader>();
  return {
    remember: (request: RequestHeader): void => {
      unanswered.set(request.correlationId, request);
    },
    take: (correlationId: number): RequestHeader | undefined => {
      const request = unanswered.get(correlationId);
      if (request === undefined) return undefined;
      for (const id of unanswered.keys()) {
        unanswered.delete(id);
        if (id === correlationId) break;
      }
      return request;
    },
  };
};

/** Puts the proxy's addresses into a response that tells clients where brokers are. */
const leadThroughProxy = async (
  first: Buffer,
  { api, version }: MessageFacts,
  throughProxy: ConnectionDeps['throughProxy'],
): Promise<Buffer> => {
  if (api === undefined || version === undefined || !bearsAddresses(api)) return first;
  const spans = findAddresses({ api, version }, first);
  if (spans === undefined)
    throw new BatonError(
      'invalid-data',
      `Expected a known version of request ${api}, got version ${version}, whose answer could lead clients past the proxy. Add its layout to the proxy.`,
    );
  const proxied = new Map<BrokerAddress, BrokerAddress>();
  for (const span of spans) proxied.set(span, await throughProxy({ host: span.host, port: span.port }));
  return replaceAddresses(first, spans, (span) => proxied.get(span) ?? span);
};

/** A broker that cannot be reached, and an end that breaks off, are passed on as resets; errors are no news then. */
const watch = (
  client: Socket,
  upstream: Socket,
  { reset, onClose }: { readonly reset: () => void; readonly onClose: () => void },
): void => {
  let connected = false;
  let open = 2;
  const closed = () => {
    open -= 1;
    if (open === 0) onClose();
  };
  upstream.once('connect', () => {
    connected = true;
  });
  upstream.on('error', () => {
    if (!connected) reset();
  });
  client.on('error', () => {});
  client.once('close', closed);
  upstream.once('close', closed);
};

const endSocket = (socket: Socket, how: 'reset' | 'close'): void => {
  if (how === 'close') socket.end(() => socket.destroy());
  else if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
};
