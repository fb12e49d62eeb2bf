import { context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readTraceparent, writeTraceparent } from './trace-context';

/** What supervises a service asks so often that its answers are no part of any trace. */
const untraced: readonly (string | undefined)[] = ['/startupz', '/livez', '/readyz', '/metrics'];

/**
 * A span for every request but those for health and metrics, which goes on with the trace of the caller; handlers run
 * within it. It names the route, never the path or the query: they may be personal.
 */
export const traceRequests = (app: FastifyInstance, tracer: Tracer): void => {
  const spans = new WeakMap<FastifyRequest, Span>();
  const end = (request: FastifyRequest, status: number | undefined): void => {
    const span = spans.get(request);
    spans.delete(request);
    if (status !== undefined) span?.setAttribute('http.response.status_code', status);
    if (status === undefined || status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  };
  app.addHook('onRequest', (request, _reply, done) => {
    if (!untraced.includes(request.routeOptions.url)) spans.set(request, begin(tracer, request));
    done();
  });
  // the last one before the handler: reading the body leaves whatever context was entered earlier
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else context.with(trace.setSpan(context.active(), span), done);
  });
  app.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  app.addHook('onRequestAbort', (request, done) => {
    end(request, undefined);
    done();
  });
};

const begin = (tracer: Tracer, request: FastifyRequest): Span => {
  const { method, protocol, routeOptions, headers } = request;
  const route = routeOptions.url;
  const caller = readTraceparent(headers.traceparent);
  const parent = caller === undefined ? context.active() : trace.setSpanContext(context.active(), caller);
  const attributes = {
    'http.request.method': method,
    'url.scheme': protocol,
    ...(route === undefined ? {} : { 'http.route': route }),
  };
  const name = route === undefined ? method : `${method} ${route}`;
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
};

/**
 * The trace context that whatever a request causes goes on with: that of the span around the call, where tracing is on,
 * otherwise the one the caller sent, if it is well-formed.
 */
export const traceOf = ({ headers }: Pick<FastifyRequest, 'headers'>): { readonly traceparent?: string } => {
  const around = trace.getActiveSpan()?.spanContext() ?? readTraceparent(headers.traceparent);
  const traceparent = writeTraceparent(around);
  return traceparent === undefined ? {} : { traceparent };
};
