import type { Member } from '../processes/fleet';

/** The event type that moves from v1 to v2. */
export const eventType = 'lending.BooksBorrowed';

/** The two subscriber teams, as they are called in the result. */
export const subscribers = ['reminders', 'statistics'] as const;

export type Subscriber = (typeof subscribers)[number];

export interface Instance {
  readonly name: string;
  readonly service: Member['service'];
}

/** The instances of a service: two of each. */
export const instancesOf = (service: Member['service']): readonly Instance[] =>
  [1, 2].map((number) => ({ name: `${service}-${number}`, service }));

/** The lease of the subscribers: the shortest that a broker allows, so that a binding comes soon. */
export const leaseMs = 6000;

/** How far publishers' clocks may run ahead on a cluster of the demonstration's own. */
export const ownMarginMs = 1000;
