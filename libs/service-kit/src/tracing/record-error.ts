import { isBatonError } from '@baton/core';
import { type Span, SpanStatusCode } from '@opentelemetry/api';

/**
 * Ends a span as failed, with what was thrown and where. The message stays out: it may be personal; the log has it,
 * under the same trace.
 */
export const endFailed = (span: Span, error: unknown): void => {
  const type = typeOf(error);
  const stack = error instanceof Error ? framesOf(error) : [];
  span.setAttribute('error.type', type);
  span.addEvent('exception', {
    'exception.type': type,
    ...(stack.length === 0 ? {} : { 'exception.stacktrace': [type, ...stack].join('\n') }),
  });
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
};

/** The code of an error of Baton, the name of any other, and `_OTHER` for whatever is no error. */
const typeOf = (error: unknown): string => {
  if (isBatonError(error)) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
};

const framesOf = ({ stack = '' }: Error): readonly string[] =>
  stack.split('\n').filter((line) => line.startsWith('    at '));
