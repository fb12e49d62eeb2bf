import { isSpanContextValid, type SpanContext, TraceFlags } from '@opentelemetry/api';

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header as W3C Trace Context defines it; `undefined` if it is not well-formed. */
export const readTraceparent = (text: unknown): SpanContext | undefined => {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    pattern.exec(typeof text === 'string' ? text : '') ?? [];
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
};

/** Writes a `traceparent` header; `undefined` for the context of a span that does not exist. */
export const writeTraceparent = (context: SpanContext | undefined): string | undefined => {
  if (context === undefined || !isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags } = context;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
};
