/**
 * What went wrong, as a stable word. `docs/reference/errors.md` explains each; `retriable` says whether the same
 * call can succeed later without anybody mending anything.
 */
export const errorCodes = {
  'invalid-argument': { retriable: false },
  'invalid-configuration': { retriable: false },
  'invalid-timeline': { retriable: false },
  'invalid-key': { retriable: false },
  'invalid-data': { retriable: false },
  'event-too-large': { retriable: false },
  'clock-out-of-range': { retriable: true },
  'missing-translation': { retriable: false },
  'missing-handler': { retriable: false },
  'malformed-headers': { retriable: false },
  'undecodable-message': { retriable: false },
  'schema-invalid': { retriable: false },
  'schema-incompatible': { retriable: false },
  'schema-not-registered': { retriable: false },
  'unknown-schema-id': { retriable: true },
  'registry-unavailable': { retriable: true },
  'broker-unavailable': { retriable: true },
  'not-authorized': { retriable: false },
  'topic-missing': { retriable: false },
  'topic-misconfigured': { retriable: false },
  'data-lost-to-retention': { retriable: false },
  'corrupt-records': { retriable: false },
  'outcome-unknown': { retriable: true },
  'publisher-closed': { retriable: false },
  'publisher-overloaded': { retriable: true },
  'producer-fenced': { retriable: true },
  'version-retired': { retriable: false },
  'generation-ended': { retriable: false },
  'handler-failed': { retriable: true },
  'handler-timed-out': { retriable: true },
  'client-unsafe': { retriable: false },
  'timeline-disagreement': { retriable: false },
  'binding-refused': { retriable: false },
  'version-deprecated': { retriable: false },
  'second-receiver': { retriable: false },
  'log-entry-void': { retriable: true },
  'stack-unavailable': { retriable: false },
  'demo-failed': { retriable: false },
  'chaos-failed': { retriable: false },
  'database-unavailable': { retriable: true },
  'transaction-rolled-back': { retriable: true },
  'transaction-ended': { retriable: false },
  'lease-ended': { retriable: true },
  'file-in-use': { retriable: true },
  'port-in-use': { retriable: true },
} as const satisfies Record<string, { readonly retriable: boolean }>;

export type ErrorCode = keyof typeof errorCodes;

export interface BatonErrorOptions {
  /** Facts for logs and for `-o json`: names from the glossary. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class. Its message says what was expected, what came, and what to do. */
export class BatonError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, { details = {}, cause }: BatonErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BatonError';
    this.code = code;
    this.retriable = errorCodes[code].retriable;
    this.details = details;
  }
}

/** Whether `error` is a BatonError, with the given code if one is named. */
export const isBatonError = (error: unknown, code?: ErrorCode): error is BatonError =>
  error instanceof BatonError && (code === undefined || error.code === code);
