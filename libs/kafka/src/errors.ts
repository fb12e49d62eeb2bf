import { BatonError, type ErrorCode } from '@baton/core';
import type { Clock } from '@baton/messaging';

const codes: Readonly<Record<string, ErrorCode>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'topic-missing',
  INVALID_TOPIC_EXCEPTION: 'invalid-argument',
  MESSAGE_TOO_LARGE: 'event-too-large',
  RECORD_LIST_TOO_LARGE: 'event-too-large',
  INVALID_PRODUCER_EPOCH: 'producer-fenced',
  PRODUCER_FENCED: 'producer-fenced',
  INVALID_TIMESTAMP: 'clock-out-of-range',
  ILLEGAL_GENERATION: 'generation-ended',
  UNKNOWN_MEMBER_ID: 'generation-ended',
  REBALANCE_IN_PROGRESS: 'generation-ended',
  OFFSET_METADATA_TOO_LARGE: 'invalid-argument',
  TOPIC_AUTHORIZATION_FAILED: 'not-authorized',
  GROUP_AUTHORIZATION_FAILED: 'not-authorized',
  CLUSTER_AUTHORIZATION_FAILED: 'not-authorized',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'not-authorized',
  SASL_AUTHENTICATION_FAILED: 'not-authorized',
};

/** The protocol error (such as `UNKNOWN_TOPIC_OR_PARTITION`) behind an error of kafkajs, if there is one. */
export const protocolErrorOf = (error: unknown): string | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'KafkaJSSASLAuthenticationError') return 'SASL_AUTHENTICATION_FAILED';
    if ('type' in cause && typeof cause.type === 'string') return cause.type;
    if ('errors' in cause && Array.isArray(cause.errors) && cause.errors[0] instanceof Error) {
      return protocolErrorOf(cause.errors[0]);
    }
  }
  return undefined;
};

/** An error of the client as a BatonError; `otherwise` is the code where the protocol names none of ours. */
export const toBatonError = (
  error: unknown,
  what: string,
  otherwise: ErrorCode = 'broker-unavailable',
): BatonError => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof BatonError) return cause;
  }
  if (error instanceof Error && /NotImplemented/.test(error.name)) return unknownCodec(error, what);
  const type = protocolErrorOf(error);
  const code = (type !== undefined && codes[type]) || otherwise;
  const text = error instanceof Error ? error.message : String(error);
  return new BatonError(code, `${what} failed: ${text}${type === undefined ? '' : ` (${type})`}.`, {
    cause: error,
    ...(type === undefined ? {} : { details: { type } }),
  });
};

/** Batches come compressed as producers wrote them, or as the topic says; this client unpacks gzip only. */
const unknownCodec = (cause: Error, what: string): BatonError =>
  new BatonError(
    'topic-misconfigured',
    `${what}: expected batches without compression or with gzip, got others (${cause.message}). Set compression.type of the topic to uncompressed or gzip; what is stored already has to be written anew.`,
    { cause },
  );

/** A time limit as people read it. */
export const asDuration = (ms: number): string =>
  ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;

/** Settles like `promise`, but rejects with `code` once `ms` have passed. */
export const withDeadline = <T>(
  promise: Promise<T>,
  { clock, ms, code, what }: { clock: Clock; ms: number; code: ErrorCode; what: string },
): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () =>
      reject(
        new BatonError(
          code,
          `${what}: expected an answer within ${asDuration(ms)}, got none. Check that the brokers are reachable.`,
        ),
      ),
    );
    promise.then(resolve, reject).finally(cancel);
  });

/** Whom we tried to reach, and for how long. */
export interface Reach {
  readonly brokers: readonly string[];
  readonly limitMs: number;
}

/** The error after every attempt to reach a broker failed. */
export const unreachable = (what: string, { brokers, limitMs }: Reach, cause: unknown): BatonError => {
  const said = cause instanceof Error ? ` The last attempt said: ${cause.message}` : '';
  return new BatonError(
    'broker-unavailable',
    `${what}: expected an answer of the brokers at ${brokers.join(', ')} within ${asDuration(limitMs)}, got none. Check that they run and are reachable.${said}`,
    { cause, details: { brokers } },
  );
};
