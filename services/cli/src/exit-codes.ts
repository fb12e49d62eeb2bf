import { BatonError, type ErrorCode } from '@baton/core';

/** How a command ended, as a word, with the number that the shell sees and what it means. */
export const exitCodes = {
  ok: { code: 0, means: 'done, or everything asked about is in order' },
  failure: { code: 1, means: 'failed; the message on standard error says what to do' },
  pending: { code: 2, means: 'not yet: the same command can succeed later, or something would still change' },
  unknown: { code: 3, means: 'unknown: evidence is missing, so nothing is claimed' },
  usage: { code: 64, means: 'wrong usage or configuration' },
  incompatible: { code: 100, means: 'schemas changed incompatibly' },
  interrupted: { code: 130, means: 'interrupted' },
} as const;

export type Exit = keyof typeof exitCodes;

const exitOfError: Partial<Record<ErrorCode, Exit>> = {
  'invalid-argument': 'usage',
  'invalid-configuration': 'usage',
  'schema-incompatible': 'incompatible',
  'outcome-unknown': 'unknown',
  'log-entry-void': 'pending',
};

/** The exit of a command that ended with `error`. */
export const exitOf = (error: unknown): Exit =>
  error instanceof BatonError ? (exitOfError[error.code] ?? 'failure') : 'failure';
