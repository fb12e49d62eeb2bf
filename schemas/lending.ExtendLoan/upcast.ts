import type { ExtendLoanUpcasts } from './generated';

const dayAfter = (day: string, days: number): string => {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
};

/** Version 2 names the day; the reason is not known from version 1. */
export const upcasts: ExtendLoanUpcasts = {
  2: ({ loanId, askedOn, days }) => ({ loanId, askedOn, until: dayAfter(askedOn, days), reason: 'NOT_SAID' }),
};
