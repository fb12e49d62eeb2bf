import { BatonError, type Instant, instantFromMillis } from '@baton/core';

/** How much time a binding takes, in milliseconds. Lease and margin must be those of the members and brokers. */
export interface BindTimings {
  /** How long a member may go on after the sending of its last successful heartbeat. */
  readonly leaseMs: number;
  /** How far a publisher's clock may run ahead of the broker's; the brokers enforce it. */
  readonly marginMs: number;
  /** What listing the members may take, between proposal and list. */
  readonly listingMs: number;
  /** How long after its instant a proposal can still be confirmed. */
  readonly decisionMs: number;
}

/** The times that hold unless the services are configured otherwise. */
export const defaultBindTimings: BindTimings = {
  leaseMs: 10_000,
  marginMs: 2_000,
  listingMs: 3_000,
  decisionMs: 10_000,
};

/** How long before its instant a proposal's members must be listed. */
export const leadOf = ({ leaseMs, marginMs }: BindTimings): number => leaseMs + marginMs;

/** The earliest instant that a binding proposed at `brokerTime` can have. There are none in the past. */
export const earliestSince = (brokerTime: number, timings: BindTimings): Instant =>
  instantFromMillis(brokerTime + leadOf(timings) + timings.listingMs);

/** Passes timings on, or throws `invalid-argument` unless each is a whole number of milliseconds from 1. */
export const checkTimings = (timings: BindTimings): BindTimings => {
  for (const [name, value] of Object.entries(timings)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new BatonError('invalid-argument', `Expected ${name} in milliseconds, from 1, got ${value}.`);
    }
  }
  return timings;
};
