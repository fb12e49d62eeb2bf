import type { Violation } from '../simulation/history';

/** Seeds to search with one bug planted, or with none. */
export interface Job {
  readonly bug: string | undefined;
  readonly from: number;
  readonly seeds: number;
  /** How many seconds of a core it may take. */
  readonly seconds: number;
}

/** What a job came to. `migrations` counts the simulated ones, the last one included. */
export type Found =
  | {
      readonly kind: 'caught';
      readonly seed: number;
      readonly migrations: number;
      readonly seconds: number;
      readonly violation: Violation;
    }
  | { readonly kind: 'nothing'; readonly migrations: number; readonly seconds: number }
  /** The program failed to load, threw, or did not end: that shows nothing about the promises. */
  | { readonly kind: 'crashed'; readonly because: string };
