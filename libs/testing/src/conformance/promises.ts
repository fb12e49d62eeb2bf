/// <reference types="jest" />
import type { ConformanceAdapter, Feature, World } from './adapter';

/** One promise of a port, and how it is put to the test. */
export interface PortPromise<W = World> {
  readonly that: string;
  readonly needs?: readonly Feature[];
  readonly check: (world: W) => Promise<void>;
}

/** Tests promises over an adapter, each in a world of its own; those that it cannot show are skipped by name. */
export const describePromises = (
  port: string,
  adapter: ConformanceAdapter,
  promises: readonly PortPromise[],
): void =>
  describe(`${port} (${adapter.name})`, () => {
    for (const { that, needs = [], check } of promises) {
      const missing = needs.filter((feature) => !adapter.features.has(feature));
      if (missing.length > 0) it.skip(`${that} [cannot show: ${missing.join(', ')}]`, () => {});
      else it(that, () => within(adapter, check), adapter.limitMs);
    }
  });

const within = async (adapter: ConformanceAdapter, check: (world: World) => Promise<void>): Promise<void> => {
  const world = await adapter.open();
  try {
    await check(world);
  } finally {
    await world.close();
  }
};
