import { type ConsumerDeps, deadline, type Middleware } from '@baton/messaging';

export interface ConsumerOptionsConfig {
  readonly LEASE_MS: number;
  readonly MARGIN_MS: number;
  readonly ATTEMPTS: number;
  readonly DEADLINE_MS: number;
}

/** How the consumer of a service handles events, as its settings say; `inner` runs within the deadline. */
export const consumerOptions = (
  { LEASE_MS, MARGIN_MS, ATTEMPTS, DEADLINE_MS }: ConsumerOptionsConfig,
  inner: readonly Middleware[] = [],
): Required<Pick<ConsumerDeps, 'middleware' | 'settings'>> => ({
  middleware: [deadline({ ms: DEADLINE_MS }), ...inner],
  settings: { leaseMs: LEASE_MS, marginMs: MARGIN_MS, attempts: ATTEMPTS },
});
