import { connect as openSocket, type Socket } from 'node:net';
import { type Clock, systemClock } from '@baton/messaging';
import type { BrokerAddress } from './addresses';
import { type Connection, openConnection, type ProxyConnection } from './connection';
import { covers } from './decide';
import { type BoardFault, createFaultBoard } from './fault-board';
import type { ActiveFault, ProxyFault } from './faults';
import { addressOf, createGates, nameOf } from './gates';
import { createSignal } from './signal';

export interface KafkaProxyOptions {
  /** Brokers to start from, as `host:port` or apart; the others are found in what they answer. */
  readonly brokers: readonly (BrokerAddress | string)[];
  readonly clock?: Clock;
  /** Draws the jitter of delays; numbers from 0 up to 1. */
  readonly random?: () => number;
}

/** Sits between Kafka clients and their brokers, and makes network faults on demand. */
export interface KafkaProxy {
  /** What clients are given in place of the brokers' addresses: one for each given broker, in their order. */
  readonly brokers: string[];
  /** Puts a fault into force at once. Faults add up; where two meet a message, the harder one counts. */
  inject(fault: ProxyFault): ActiveFault;
  /** Ends every fault. */
  heal(): void;
  connections(): readonly ProxyConnection[];
  /** What came through that is not understood; its connection was reset, so that no client gets past the proxy. */
  problems(): readonly string[];
  /** Resets every connection and gives the ports back. */
  close(): Promise<void>;
}

/**
 * Opens a fault proxy on free ports of the loopback interface, for clients without TLS.
 *
 * It rewrites the brokers' addresses in answers about the cluster instead of asking brokers for a listener that is
 * advertised at the proxy: so it works with brokers that somebody else started, any number of proxies can stand side by
 * side (one for each process that is to have faults of its own), and a broker that joins later is covered too. Answers
 * of a version it cannot rewrite end their connection rather than lead clients past it.
 *
 * ```ts
 * const proxy = await createKafkaProxy({ brokers: stack.brokers });
 * const ports = createKafkaPorts({ brokers: proxy.brokers, … });
 * const lost = proxy.inject({ kind: 'drop', direction: 'responses', api: apiKeys.endTxn });
 * …
 * await proxy.close();
 * ```
 */
export const createKafkaProxy = async ({
  brokers,
  clock = systemClock,
  random = Math.random,
}: KafkaProxyOptions): Promise<KafkaProxy> => {
  const board = createFaultBoard(createSignal(clock));
  const connections = new Set<Connection>();
  const problems: string[] = [];
  let numbers = 0;

  const accept = (client: Socket, broker: BrokerAddress): void => {
    numbers += 1;
    const facts = { number: numbers, broker: nameOf(broker), clientId: undefined };
    const connection = openConnection({
      ...facts,
      client,
      upstream: openSocket({ ...broker, allowHalfOpen: true, noDelay: true }),
      board,
      clock,
      random,
      throughProxy: gates.through,
      onProblem: (text) => problems.push(text),
      onClose: () => connections.delete(connection),
    });
    connections.add(connection);
    for (const fault of board.live()) cut(fault, [connection]);
  };
  const gates = createGates(accept);
  const given = brokers.map((broker) => (typeof broker === 'string' ? addressOf(broker) : broker));

  return {
    brokers: (await Promise.all(given.map(gates.through))).map(nameOf),
    inject: (fault) => {
      const active = board.inject(fault);
      cut(active, connections);
      return active;
    },
    heal: board.heal,
    connections: () => [...connections].map((connection) => connection.facts()),
    problems: () => [...problems],
    close: async () => {
      board.heal();
      const closed = gates.close();
      for (const connection of connections) connection.reset();
      await closed;
    },
  };
};

/** Resets the connections that a cut covers; other faults wait for messages. */
const cut = (active: BoardFault, connections: Iterable<Connection>): void => {
  if (active.fault.kind !== 'cut') return;
  for (const connection of connections) {
    const facts = connection.facts();
    if (!covers(active.fault, { ...facts, connection: facts.number })) continue;
    active.hit();
    connection.reset();
  }
};
