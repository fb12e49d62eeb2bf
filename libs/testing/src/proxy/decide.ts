import type { Direction, FaultScope, ProxyFault } from './faults';

/** What is known of a message, or of a connection, when its fate is decided. */
export interface MessageFacts {
  readonly direction: Direction;
  /** Unknown for a connection that opens or closes. */
  readonly api: number | undefined;
  readonly version: number | undefined;
  readonly connection: number;
  /** The broker's own address. */
  readonly broker: string;
  readonly clientId: string | undefined;
}

/** A fault that may still hit. */
export interface LiveFault {
  readonly fault: ProxyFault;
}

/** What becomes of a message, and by which fault. */
export type Fate<F extends LiveFault> =
  | { readonly kind: 'pass' }
  /** Waits until the faults change. */
  | { readonly kind: 'hold'; readonly by: F }
  | { readonly kind: 'drop'; readonly by: F }
  /** Is dropped, and its connection closed as if the broker had closed it. */
  | { readonly kind: 'close'; readonly by: F }
  /** Is cut off in the middle. */
  | { readonly kind: 'reset-inside'; readonly by: F }
  | { readonly kind: 'reset'; readonly by: F };

/** The fate of a message: the strongest fault counts, among equals the one injected first. */
export const fateOf = <F extends LiveFault>(faults: readonly F[], facts: MessageFacts): Fate<F> => {
  const fates = faults.flatMap((live) => (covers(live.fault, facts) ? (fateBy(live, facts) ?? []) : []));
  for (const kind of ['reset', 'hold', 'drop', 'close', 'reset-inside'] as const) {
    const found = fates.find((fate) => fate.kind === kind);
    if (found !== undefined) return found;
  }
  return { kind: 'pass' };
};

const fateBy = <F extends LiveFault>(by: F, { direction, api }: MessageFacts): Fate<F> | undefined => {
  const { fault } = by;
  switch (fault.kind) {
    case 'cut':
      return { kind: 'reset', by };
    case 'half-open':
      return { kind: 'hold', by };
    case 'one-way':
      return fault.passes === direction ? undefined : { kind: 'drop', by };
    case 'drop':
      if (fault.direction !== direction || fault.api !== api) return undefined;
      return { kind: fault.after === 'close' ? 'close' : 'drop', by };
    case 'reset':
      if (fault.direction !== direction || (fault.api ?? api) !== api) return undefined;
      return { kind: 'reset-inside', by };
    case 'latency':
    case 'throttle':
      return undefined;
  }
};

/** The faults that delay a message. */
export const delaysOf = <F extends LiveFault>(faults: readonly F[], facts: MessageFacts): readonly F[] =>
  faults.filter(
    ({ fault }) =>
      fault.kind === 'latency' &&
      covers(fault, facts) &&
      (fault.direction ?? facts.direction) === facts.direction &&
      (fault.api ?? facts.api) === facts.api,
  );

/** How long a delayed message waits; `random` gives numbers from 0 up to 1. */
export const delayMs = (delays: readonly LiveFault[], random: () => number): number =>
  delays.reduce(
    (sum, { fault }) => (fault.kind === 'latency' ? sum + fault.ms + random() * (fault.jitterMs ?? 0) : sum),
    0,
  );

/** The faults that let a message trickle. */
export const throttlesOf = <F extends LiveFault>(faults: readonly F[], facts: MessageFacts): readonly F[] =>
  faults.filter(
    ({ fault }) =>
      fault.kind === 'throttle' &&
      covers(fault, facts) &&
      (fault.direction ?? facts.direction) === facts.direction,
  );

/** Bytes per second of the narrowest throttle; Infinity without one. */
export const rateOf = (throttles: readonly LiveFault[]): number =>
  Math.min(...throttles.map(({ fault }) => (fault.kind === 'throttle' ? fault.bytesPerSecond : Infinity)));

/** Whether a fault's scope includes this connection. */
export const covers = (
  { broker, clientId, connection }: FaultScope,
  facts: Pick<MessageFacts, 'broker' | 'clientId' | 'connection'>,
): boolean =>
  (broker ?? facts.broker) === facts.broker &&
  (clientId ?? facts.clientId) === facts.clientId &&
  (connection ?? facts.connection) === facts.connection;
