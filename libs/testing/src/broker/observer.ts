import type { Happening } from '../simulation/history';

/** Sees what the broker stores, ends and is asked, and what clients are told. */
export interface Observer {
  observe(happening: Happening): void;
  /** The number of the publish call that a stored value belongs to, if it says so. */
  callOf(value: Buffer | null): number | undefined;
}

/** Looks away. */
export const noObserver: Observer = { observe: () => {}, callOf: () => undefined };
