import type { Handler, Middleware } from '../consumer/types';

/**
 * Puts middleware around a handler; the first named is the outermost, so the order you read is the order that runs.
 *
 * ```ts
 * compose(deadLetter(), retry({ attempts: 5 }), deadline({ ms: 2_000 }))(remind)
 * ```
 */
export const compose =
  (...middleware: readonly Middleware[]): Middleware =>
  (next: Handler) =>
    middleware.reduceRight((inner, wrap) => wrap(inner), next);
