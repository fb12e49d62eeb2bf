import { type ConsumerDeps, deadline, type Middleware } from '@baton/messaging';

export interface ConsumerOptionsConfig {
  readonly LEASE_MS: number;
  readonly MARGIN_MS: number;
  readonly ATTEMPTS: number;
  readonly DEADLINE_MS: number;
}

/**
 * How the consumer of a service handles events, as its settings say. `outer` is around the deadline: what an inbox waits
 * for by itself is no fault of the event, and does not count against it.
 */
export const consumerOptions = (
  { LEASE_MS, MARGIN_MS, ATTEMPTS, DEADLINE_MS }: ConsumerOptionsConfig,
  outer: readonly Middleware[] = [],
): Required<Pick<ConsumerDeps, 'middleware' | 'settings'>> => ({
  middleware: [...outer, deadline({ ms: DEADLINE_MS })],
  settings: { leaseMs: LEASE_MS, marginMs: MARGIN_MS, attempts: ATTEMPTS },
});
