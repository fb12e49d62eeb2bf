/** Numbers of the requests that faults are usually aimed at. */
export const apiKeys = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
  syncGroup: 14,
  describeGroups: 15,
  listGroups: 16,
  apiVersions: 18,
  createTopics: 19,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  endTxn: 26,
  describeCluster: 60,
} as const;

/** Which of the two ways a message goes: from client to broker, or back. */
export type Direction = 'requests' | 'responses';

/** What a fault is limited to; a field that is absent limits nothing. */
export interface FaultScope {
  /** The broker's own address, such as `127.0.0.1:9092`, not the proxy's. */
  readonly broker?: string;
  /** A connection has no client id before its first request. */
  readonly clientId?: string;
  /** The number of one connection, as in `connections()`. */
  readonly connection?: number;
}

/** A fault as data, so that a run can write it down and make it again. */
export type ProxyFault = FaultScope &
  (
    | {
        /** Every connection is reset, and new ones are reset as they arrive. */
        readonly kind: 'cut';
      }
    | {
        /** Messages in this direction pass; those of the other vanish, and connections stay open. */
        readonly kind: 'one-way';
        readonly passes: Direction;
      }
    | {
        /**
         * Nothing flows and connections stay open. What is under way arrives when the fault ends, even if the client
         * has given up by then: a request from before can reach the broker after its client's later ones.
         */
        readonly kind: 'half-open';
      }
    | {
        /** The connection is reset in the middle of a message. */
        readonly kind: 'reset';
        readonly direction: Direction;
        /** Any message if absent. */
        readonly api?: number;
        /** 1 by default. */
        readonly times?: number;
      }
    | {
        /** Messages of this API vanish. A request whose response vanishes has reached the broker. */
        readonly kind: 'drop';
        readonly direction: Direction;
        readonly api: number;
        /** 1 by default. */
        readonly times?: number;
        /** Whether the client waits for its answer in vain (the default), or sees its connection close. */
        readonly after?: 'hang' | 'close';
      }
    | {
        /** Messages arrive later, in their order. */
        readonly kind: 'latency';
        readonly ms: number;
        /** Up to so much more, drawn for each message. */
        readonly jitterMs?: number;
        /** Both if absent. */
        readonly direction?: Direction;
        /** Delays this API, and what comes behind it on its connection. */
        readonly api?: number;
      }
    | {
        /** Bytes trickle, on each connection and in each direction by itself. */
        readonly kind: 'throttle';
        readonly bytesPerSecond: number;
        /** Both if absent. */
        readonly direction?: Direction;
      }
  );

/** A fault that was injected. */
export interface ActiveFault {
  readonly fault: ProxyFault;
  /** How many messages it has hit so far; for a cut, connections. */
  hits(): number;
  /** Ends this fault alone. Safe to call twice. */
  end(): void;
}
