import { isBatonError } from '@baton/core';

/** One line of the doctor: what was looked at, how it is, and what to mend. */
export interface CheckResult {
  readonly check: string;
  readonly outcome: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do; left out where all is well. */
  readonly mend?: string;
}

export const ok = (check: string, found: string): CheckResult => ({ check, outcome: 'ok', found });

export const warn = (check: string, found: string, mend: string): CheckResult => ({
  check,
  outcome: 'warn',
  found,
  mend,
});

export const fail = (check: string, found: string, mend: string): CheckResult => ({
  check,
  outcome: 'fail',
  found,
  mend,
});

/** Runs a check; what it throws becomes its result. */
export const examined = async (
  check: string,
  mend: string,
  examine: () => Promise<readonly CheckResult[]>,
): Promise<readonly CheckResult[]> => {
  try {
    return await examine();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [fail(check, isBatonError(error) ? `${error.code}: ${found}` : found, mend)];
  }
};
