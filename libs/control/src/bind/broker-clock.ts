import type { Clock } from '@baton/messaging';

/** The broker's time, as far as answers of the broker tell. */
export interface BrokerClock {
  /** Takes the log-append time of an entry that was just stored. */
  heard(at: number): void;
  /** Broker time, at most late by the way of an answer; of this machine until anything was heard. */
  now(): { readonly at: number; readonly from: 'log' | 'clock' };
}

/** Goes on from the last log-append time with the clock of this machine, whatever that one shows. */
export const createBrokerClock = (clock: Clock): BrokerClock => {
  let ahead: number | undefined;
  return {
    heard: (at) => {
      ahead = Math.max(ahead ?? Number.NEGATIVE_INFINITY, Math.floor(at - clock.now()));
    },
    now: () =>
      ahead === undefined
        ? { at: Math.floor(clock.now()), from: 'clock' }
        : { at: Math.floor(clock.now()) + ahead, from: 'log' },
  };
};
