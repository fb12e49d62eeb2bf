import { BatonError, type ErrorCode } from '@baton/core';

/** How large the body of a request may be. */
export const bodyLimitBytes = 1024 * 1024;

/** What a client is told of an error. */
export interface ErrorResponse {
  readonly status: number;
  readonly body: { readonly code: string; readonly message: string; readonly id?: string };
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  'invalid-argument': 400,
  'invalid-data': 400,
  'invalid-key': 400,
  'event-too-large': 413,
};

/**
 * Translates an error: what the caller can mend is told, what it can repeat is 503 with its code. Everything else stays
 * inside, and so do the texts of what lies behind the service: they name addresses, and what drivers say.
 */
export const errorResponse = (error: unknown): ErrorResponse => {
  if (error instanceof BatonError) return ofBatonError(error);
  const status = clientStatusOf(error);
  if (status === undefined || !(error instanceof Error)) return internal;
  const { code, message = error.message } = clientErrors[status] ?? { code: 'bad-request' };
  return { status, body: { code, message } };
};

const ofBatonError = (error: BatonError): ErrorResponse => {
  const status = statusOf[error.code] ?? (error.retriable || error.code === 'publisher-closed' ? 503 : 500);
  if (status === 500) return internal;
  const { id } = error.details;
  return {
    status,
    body: {
      code: error.code,
      message: status === 503 ? textOf503(error.code) : error.message,
      ...(typeof id === 'string' ? { id } : {}),
    },
  };
};

const textOf503 = (code: ErrorCode): string =>
  code === 'outcome-unknown'
    ? 'Nobody can say whether this took effect. Look for it before you send it again.'
    : 'The service cannot do this at present. Try again later; its log says why.';

const internal: ErrorResponse = {
  status: 500,
  body: { code: 'internal-error', message: 'The service failed. Its log says why.' },
};

const clientErrors: Readonly<Record<number, { readonly code: string; readonly message?: string }>> = {
  413: {
    code: 'body-too-large',
    message: `Expected a body of at most ${bodyLimitBytes} bytes, got a larger one.`,
  },
  415: {
    code: 'unsupported-media-type',
    message: 'Expected JSON. Send it with the header content-type: application/json.',
  },
};

const clientStatusOf = (error: unknown): number | undefined => {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
};
