import {
  BatonError,
  type DataByVersion,
  type EventType,
  type Translation,
  type Version,
  version,
  versionsOf,
} from '@baton/core';
import { compose } from '../middleware/compose';
import type { Supervision } from '../supervision/supervision';
import type { Handler, HandlersByVersion, Middleware, Route, StatefulHandler, Subscription } from './types';

export interface HandleOptions {
  /** The versions whose topics are read; by default every version that has a handler or an upcast leading to one. */
  readonly reads?: readonly number[];
  /** What becomes of its events when their handlers fail; left out, the consumer decides. */
  readonly supervision?: Supervision;
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
  { reads, supervision }: HandleOptions = {},
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
  return { eventType, reads: wanted, routes, ...(supervision === undefined ? {} : { supervision }) };
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
      const create = (isStateful(handler) ? handler.create : () => handler) as () => Handler;
      return {
        version: v,
        convert: (data) => steps.reduce((current, step) => step(current), data),
        ...restartable(create),
        create,
      };
    }
  }
  return undefined;
};

/**
 * A handler with a state of its own, which supervision makes anew when it restarts it.
 *
 * ```ts
 * handle(BooksBorrowed, { 2: stateful(() => { let seen = 0; return async () => { seen += 1; }; }) })
 * ```
 */
export const stateful = <Data>(create: () => Handler<Data>): StatefulHandler<Data> => ({ create });

/**
 * Puts middleware around every handler of a subscription; the first named is the outermost. Its handlers are its own:
 * a restart makes them and their middleware anew.
 */
export const withMiddleware = (
  subscription: Subscription,
  middleware: readonly Middleware[],
): Subscription => {
  const made = new Map<Version, Pick<Route, 'handler' | 'restart'>>();
  const wrap = compose(...middleware);
  const own = ({ version: v, create }: Route): Pick<Route, 'handler' | 'restart'> => {
    const known = made.get(v) ?? restartable(() => wrap(create()));
    made.set(v, known);
    return known;
  };
  const routes = [...subscription.routes].map(([v, route]) => [v, { ...route, ...own(route) }] as const);
  return { ...subscription, routes: new Map(routes) };
};

const isStateful = (handler: object): handler is StatefulHandler<never> => 'create' in handler;

const restartable = (create: () => Handler): Pick<Route, 'handler' | 'restart'> => {
  let current = create();
  return {
    handler: (event, context) => current(event, context),
    restart: () => {
      current = create();
    },
  };
};
