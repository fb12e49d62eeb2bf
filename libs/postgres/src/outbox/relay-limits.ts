import type { RangeLimits } from './range-run';
import type { SessionLimits } from './relay-session';

/** What a relay keeps to, and how often it does what. */
export interface RelayLimits extends RangeLimits, SessionLimits {
  /** The largest encoded message, in bytes. */
  readonly maxMessageBytes: number;
  /** The most bytes in one transaction. */
  readonly maxBatchBytes: number;
  /** The margin S: how far ahead topics let a clock run, in milliseconds. */
  readonly marginMs: number;
  /** How long `close` waits for what is in hand. */
  readonly drainMs: number;
}

export const defaultLimits: RelayLimits = {
  maxMessageBytes: 900_000,
  maxBatchBytes: 4_000_000,
  marginMs: 2_000,
  drainMs: 10_000,
  maxBatchEvents: 500,
  pollMs: 1_000,
  refusedPauseMs: 5_000,
  retryMs: 250,
  balanceMs: 1_000,
  standstillMs: 10_000,
  lagMs: 5_000,
  cleanMs: 60_000,
  keepSentMs: 3_600_000,
};
