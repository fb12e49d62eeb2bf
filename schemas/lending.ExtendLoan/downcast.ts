import type { ExtendLoanDowncasts } from './generated';

const dayMs = 86_400_000;

const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`) / dayMs;

/** Version 1 counts days from the day of the request on, and has no room for the reason. */
export const downcasts: ExtendLoanDowncasts = {
  1: ({ loanId, askedOn, until }) => ({ loanId, askedOn, days: dayNumber(until) - dayNumber(askedOn) }),
};
