import { BatonError, type Envelope } from '@baton/core';
import type { Delivery } from './delivery';
import type { RunContext } from './run-context';
import type { Route } from './types';

/** The way of an event to its handler. Throws `missing-handler`. */
export const routeOf = ({ subscription, version }: Delivery): Route => {
  const route = subscription.routes.get(version);
  if (route === undefined) {
    throw new BatonError(
      'missing-handler',
      `${subscription.eventType.name} v${version}: expected a handler or an upcast, got none. Install a release that has one.`,
    );
  }
  return route;
};

/** Reads the data of an event; a promise only where its schema must be fetched first. */
export const decodeDelivery = ({ codec }: RunContext, delivery: Delivery): unknown => {
  routeOf(delivery);
  return codec.decode(delivery.subscription.eventType, delivery.version, delivery.record.value);
};

/** Gives decoded data to the handler. */
export const runHandler = async (
  { group, lease, clock }: RunContext,
  delivery: Delivery,
  {
    envelope,
    data,
    signal,
  }: { readonly envelope: Envelope; readonly data: unknown; readonly signal: AbortSignal },
): Promise<void> => {
  const { track, record, version, key = '', failures } = delivery;
  const route = routeOf(delivery);
  await route.handler(
    { ...envelope, version: route.version, key, data: route.convert(data) },
    {
      group,
      topic: track.topic,
      partition: track.partition,
      offset: record.offset,
      responsible: version,
      attempt: failures + 1,
      generation: lease.generation(),
      leaseMs: () => (signal.aborted ? 0 : lease.remainingAt(clock.elapsed())),
      signal,
    },
  );
};
