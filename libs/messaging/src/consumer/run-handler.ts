import { BatonError, type Envelope } from '@baton/core';
import type { Delivery } from './delivery';
import type { RunContext } from './run-context';
import { tracedTwin } from './traced-twin';
import type { Event, Route } from './types';

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

/** What a handler is called with. */
export interface Given {
  readonly envelope: Envelope;
  readonly data: unknown;
  readonly signal: AbortSignal;
}

/** Gives decoded data to the handler, within a span of its event. It may also throw at once. */
export const runHandler = (context: RunContext, delivery: Delivery, given: Given): Promise<void> => {
  const { group, tracing } = context;
  if (tracing === undefined) return callHandler(context, delivery, given);
  const handled = async (): Promise<void> => callHandler(context, delivery, given);
  return tracing.processing(tracedTwin(group, delivery, given.envelope), delivery.failures + 1, handled);
};

const callHandler = (
  { group, lease, clock }: RunContext,
  delivery: Delivery,
  { envelope, data, signal }: Given,
): Promise<void> => {
  const { track, record, version, key = '', failures } = delivery;
  const route = routeOf(delivery);
  return route.handler(eventOf(envelope, { version: route.version, key, data: route.convert(data) }), {
    group,
    topic: track.topic,
    partition: track.partition,
    offset: record.offset,
    responsible: version,
    attempt: failures + 1,
    generation: lease.generation(),
    leaseMs: () => (signal.aborted ? 0 : lease.remainingAt(clock.elapsed())),
    signal,
  });
};

/** Named one by one: copying an envelope with a spread takes longer than decoding its event. */
const eventOf = (envelope: Envelope, own: Pick<Event, 'version' | 'key' | 'data'>): Event => {
  const { id, source, type, createdAt, published, traceparent, deprecation } = envelope;
  const { version, key, data } = own;
  const event = { id, source, type, createdAt, published, version, key, data };
  return traceparent === undefined && deprecation === undefined ? event : { ...envelope, ...event };
};
