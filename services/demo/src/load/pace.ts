/** How far a load has come. */
export interface Pace {
  /** Events per second while there is room. */
  readonly rate: number;
  readonly total: number;
  /** How many events may be sent before the next phase of the story begins. */
  readonly allowed: number;
  /** What time has earned so far, fractions of events included. */
  readonly earned: number;
}

/** Within about this time the room of a phase is used up: the load slows down but does not stop while it waits. */
const slowDownMs = 2000;

/** A load that has not begun; nothing is allowed yet. */
export const startPace = (rate: number, total: number): Pace => ({ rate, total, allowed: 0, earned: 0 });

/** Allows a part of all events, from 0 to 1; never less than before. */
export const allowPart = (pace: Pace, part: number): Pace => ({
  ...pace,
  allowed: Math.max(pace.allowed, Math.ceil(pace.total * part)),
});

/**
 * The pace after some time. It is open loop: answers play no part. Where a phase takes longer than its part of the
 * events lasts, the rate falls with the room that is left, so that there are always events on their way.
 */
export const advance = (pace: Pace, elapsedMs: number): Pace => {
  const room = pace.allowed - pace.earned;
  const rest = pace.allowed >= pace.total ? room : room * (1 - Math.exp(-elapsedMs / slowDownMs));
  return { ...pace, earned: pace.earned + Math.min(rest, (pace.rate * elapsedMs) / 1000) };
};

/** How many events should have been sent by now. */
export const due = (pace: Pace): number => Math.floor(pace.earned + 1e-6);
