import { trace } from '@opentelemetry/api';

/** What a log line says of the span that it is written in; nothing outside of one. */
export const traceFields = (): { readonly trace_id?: string; readonly span_id?: string } => {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
};
