/// <reference types="jest" />
import type { Feature, World } from './adapter';

/** One promise of a port, and how it is put to the test. */
export interface PortPromise<W = World, F = Feature> {
  readonly that: string;
  readonly needs?: readonly F[];
  readonly check: (world: W) => Promise<void>;
}

/** One implementation of a port, in worlds of its own. */
export interface PortAdapter<W, F> {
  readonly name: string;
  readonly features: ReadonlySet<F>;
  /** How long one promise may take in real time. */
  readonly limitMs: number;
  open(): Promise<W>;
}

/** Tests promises over an adapter, each in a world of its own; those that it cannot show are skipped by name. */
export const describePromises = <W extends { close(): Promise<void> }, F>(
  port: string,
  adapter: PortAdapter<W, F>,
  promises: readonly PortPromise<W, F>[],
): void =>
  describe(`${port} (${adapter.name})`, () => {
    for (const { that, needs = [], check } of promises) {
      const missing = needs.filter((feature) => !adapter.features.has(feature));
      if (missing.length > 0) it.skip(`${that} [cannot show: ${missing.join(', ')}]`, () => {});
      else it(that, () => within(adapter, check), adapter.limitMs);
    }
  });

const within = async <W extends { close(): Promise<void> }, F>(
  adapter: PortAdapter<W, F>,
  check: (world: W) => Promise<void>,
): Promise<void> => {
  const world = await adapter.open();
  try {
    await check(world);
  } finally {
    await world.close();
  }
};
