import {
  BatonError,
  type DataByVersion,
  type EventType,
  type Translation,
  type Version,
  version,
  versionsOf,
} from '@baton/core';
import type { Handler, HandlersByVersion, Route, Subscription } from './types';

export interface HandleOptions {
  /** The versions whose topics are read; by default every version that has a handler or an upcast leading to one. */
  readonly reads?: readonly number[];
}

/**
 * Declares what a group does with the versions of an event type. A version without a handler of its own goes up
 * through upcasts to the next version that has one. Throws `missing-handler` if a version to read leads nowhere.
 *
 * ```ts
 * handle(BooksBorrowed, { 1: remindFromV1, 2: remind })
 * ```
 */
export const handle = <Versions extends DataByVersion>(
  eventType: EventType<Versions, number>,
  handlers: HandlersByVersion<Versions>,
  { reads }: HandleOptions = {},
): Subscription => {
  const declared = versionsOf(eventType);
  const routes = new Map<Version, Route>();
  for (const from of declared) {
    const route = routeFrom(eventType, handlers, declared, from);
    if (route !== undefined) routes.set(from, route);
  }
  const wanted = reads === undefined ? [...routes.keys()] : reads.map(version).sort((a, b) => a - b);
  const without = wanted.filter((v) => !routes.has(v));
  if (without.length > 0 || wanted.length === 0) {
    throw new BatonError(
      'missing-handler',
      `${eventType.name}: expected a handler for ${without.length > 0 ? `v${without.join(', v')}` : 'at least one version'}, got none. Add a handler, or an upcast that leads to one.`,
    );
  }
  return { eventType, reads: wanted, routes };
};

const routeFrom = <Versions extends DataByVersion>(
  eventType: EventType<Versions, number>,
  handlers: HandlersByVersion<Versions>,
  declared: readonly Version[],
  from: Version,
): Route | undefined => {
  const steps: ((data: unknown) => unknown)[] = [];
  for (const v of declared.filter((candidate) => candidate >= from)) {
    if (v !== from) {
      const upcast: Translation<never> | undefined = eventType.upcasts[v];
      if (upcast === undefined) return undefined;
      steps.push(upcast as (data: unknown) => unknown);
    }
    const handler = handlers[v];
    if (handler !== undefined) {
      return {
        version: v,
        convert: (data) => steps.reduce((current, step) => step(current), data),
        handler: handler as Handler,
      };
    }
  }
  return undefined;
};

/** Puts middleware around every handler of a subscription; the first named is the outermost. */
export const withMiddleware = (
  subscription: Subscription,
  middleware: readonly ((next: Handler) => Handler)[],
): Subscription => ({
  ...subscription,
  routes: new Map(
    [...subscription.routes].map(([v, route]) => [
      v,
      { ...route, handler: middleware.reduceRight((next, wrap) => wrap(next), route.handler) },
    ]),
  ),
});
