import { formatInstant, type Instant } from '@baton/core';
import type { Logger } from '@baton/messaging';
import pino from 'pino';
import { traceFields } from '../tracing/log-fields';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  /** The service, such as `lending`. */
  readonly name: string;
  readonly instance: string;
  readonly level: LogLevel;
  /** Where lines go; standard output if left out. */
  readonly write?: (line: string) => void;
}

/**
 * Logs JSON lines: `time`, `level` as a word, `name`, `instance`, the fields named as in the glossary, and the text as
 * `msg`; within a span also `trace_id` and `span_id`. Errors come with code and details, without what
 * PostgreSQL repeats of rows; `createdAt` is written as an ISO instant.
 */
export const createLogger = ({ name, instance, level, write }: LoggerOptions): Logger => {
  const options: pino.LoggerOptions = {
    name,
    level,
    base: { instance },
    mixin: traceFields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: asError, error: asError, cause: asError, createdAt: asInstant, since: asInstant },
  };
  // Synchronous: what is logged right before an exit is written, and in order.
  const output = write === undefined ? pino.destination({ dest: 1, sync: true }) : { write };
  const logger = pino(options, output);
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.info(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
  };
};

const asError = (value: unknown): unknown =>
  value instanceof Error ? withoutValues(pino.stdSerializers.errWithCause(value)) : value;

/** Where PostgreSQL repeats values of the row or statement that failed; they may be personal. */
const places = new Set(['detail', 'where', 'internalQuery']);

/** A serialized error, and those within it, without the values. */
const withoutValues = (error: object): object =>
  Object.fromEntries(
    Object.entries(error)
      .filter(([name]) => !places.has(name))
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(inside) : inside(value)]),
  );

const inside = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'type' in value && 'stack' in value
    ? withoutValues(value)
    : value;

const asInstant = (value: unknown): unknown =>
  typeof value === 'number' && Number.isSafeInteger(value) ? formatInstant(value as Instant) : value;
