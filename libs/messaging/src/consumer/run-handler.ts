import { BatonError, type Envelope } from '@baton/core';
import type { Delivery } from './delivery';
import type { RunContext } from './run-context';
import { tracedTwin } from './traced-twin';
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

interface Given {
  readonly envelope: Envelope;
  readonly data: unknown;
  readonly signal: AbortSignal;
}

/** Gives decoded data to the handler, within a span of its event. */
export const runHandler = (context: RunContext, delivery: Delivery, given: Given): Promise<void> => {
  const handled = (): Promise<void> => callHandler(context, delivery, given);
  const { group, tracing } = context;
  if (tracing === undefined) return handled();
  return tracing.processing(tracedTwin(group, delivery, given.envelope), delivery.failures + 1, handled);
};

const callHandler = async (
  { group, lease, clock }: RunContext,
  delivery: Delivery,
  { envelope, data, signal }: Given,
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
