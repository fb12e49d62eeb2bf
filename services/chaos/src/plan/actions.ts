import type {
  ConsumerPoint,
  InboxPoint,
  OutboxPoint,
  PublisherPoint,
  RelayPoint,
  ScriptPoint,
} from '../workers/points';

/** One thing that a run does, as data; everything in it is drawn from the seed. */
export type Action =
  | { readonly do: 'kill-consumer'; readonly worker: number; readonly point: ConsumerPoint | 'at-random' }
  | {
      readonly do: 'kill-publisher';
      readonly worker: number;
      readonly point: PublisherPoint | OutboxPoint | 'at-random';
    }
  | { readonly do: 'kill-relay'; readonly worker: number; readonly point: RelayPoint | 'at-random' }
  /** A member of a group with an inbox; every process has some. */
  | { readonly do: 'kill-inbox'; readonly worker: number; readonly point: InboxPoint }
  | {
      readonly do: 'pause-relay';
      readonly worker: number;
      readonly point: RelayPoint | 'at-random';
      readonly ms: number;
    }
  | { readonly do: 'pause-inbox'; readonly worker: number; readonly point: InboxPoint; readonly ms: number }
  | { readonly do: 'kill-database' }
  | { readonly do: 'pause-consumer' | 'pause-publisher'; readonly worker: number; readonly ms: number }
  | { readonly do: 'kill-broker'; readonly downMs: number }
  | { readonly do: 'kill-leader'; readonly eventType: number; readonly downMs: number }
  | { readonly do: 'pause-broker'; readonly ms: number }
  | { readonly do: 'network'; readonly how: NetworkFault; readonly of: Target; readonly ms: number }
  | { readonly do: 'drop-responses'; readonly api: DroppedApi; readonly times: number; readonly of: Target }
  | {
      readonly do: 'registry-outage';
      readonly how: 'warm' | 'cold';
      readonly ms: number;
      readonly worker: number;
    }
  | { readonly do: 'storm'; readonly group: number; readonly times: number }
  | { readonly do: 'clock'; readonly worker: number; readonly how: ClockFault; readonly offsetMs: number }
  | { readonly do: 'abort'; readonly eventType: number; readonly order: 'older-first' | 'younger-first' }
  | { readonly do: 'hang'; readonly eventType: number }
  | {
      readonly do: 'malform';
      readonly eventType: number;
      readonly payloads: number;
      readonly headers: number;
    }
  | { readonly do: 'disk-full' }
  | { readonly do: 'accident'; readonly how: 'deletion' | 'retention' | 'partitions' }
  | Bind;

/** The actions of a kind, as who performs them takes them. */
export type ActionOf<K extends Action['do']> = Extract<Action, { readonly do: K }>;

export interface Bind {
  readonly do: 'bind';
  readonly how: 'stopped' | 'live' | 'back';
  readonly group: number;
  /** Which of the group's event types. */
  readonly eventType: number;
  /** How long a stopped group stays away after it is bound: past the instant, so that its backlog spans the cut, or not. */
  readonly awayMs: number;
  /** Where the scripts that try it are killed, one after the other. */
  readonly kills: readonly ScriptPoint[];
}

export const networkFaults = ['cut', 'one-way', 'half-open', 'reset', 'latency', 'throttle'] as const;
export type NetworkFault = (typeof networkFaults)[number];

export const droppedApis = [
  'endTxn',
  'produce',
  'addPartitionsToTxn',
  'initProducerId',
  'offsetCommit',
  'heartbeat',
  'joinGroup',
  'syncGroup',
  'fetch',
  'offsetFetch',
  'listOffsets',
] as const;
export type DroppedApi = (typeof droppedApis)[number];

/** Whose connections a network fault hits; where there are no relays, a publisher's. */
export type Target =
  | { readonly kind: 'consumer' | 'publisher' | 'relay'; readonly worker: number }
  | { readonly kind: 'everybody' };

/** `beyond-margin` is refused by the broker; `back` is a step back over an instant that has been. */
export type ClockFault = 'ahead-within-margin' | 'behind' | 'step-back' | 'beyond-margin' | 'consumer';

/** Actions of one lane follow one another, each after a pause; lanes run side by side. */
export interface Lane {
  readonly name: string;
  readonly steps: readonly { readonly afterMs: number; readonly action: Action }[];
}

/** What one part does. */
export interface PartPlan {
  readonly part: number;
  readonly seed: number;
  readonly brokers: 1 | 3;
  readonly lanes: readonly Lane[];
}
