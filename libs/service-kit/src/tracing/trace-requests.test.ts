import { silentLogger } from '@baton/messaging';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createReadiness } from '../http/health';
import { createHttpServer } from '../http/http-server';
import { createLogger } from '../logging/logger';
import { createMetrics } from '../metrics/metrics';
import { traceOf } from './trace-requests';

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

const setUp = ({ traced }: { traced: boolean }) => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const { app } = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    readiness: createReadiness(),
    metrics: createMetrics({ ofProcess: false }),
    tracer: traced ? provider.getTracer('test') : undefined,
    routes: (routes) => {
      routes.post('/loans/:loanId', async (request) => {
        await Promise.resolve();
        return traceOf(request);
      });
      routes.get('/fail', async () => {
        throw new Error('broken');
      });
    },
  });
  const post = (headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url: '/loans/secret?q=secret', payload: { a: 1 }, headers });
  return { app, post, spans: () => exporter.getFinishedSpans() };
};

describe('a request', () => {
  it('is a span in the trace of its caller, and its handler runs within', async () => {
    const { post, spans } = setUp({ traced: true });
    const response = await post({ traceparent });
    const [span] = spans();
    expect(span?.name).toBe('POST /loans/:loanId');
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(span?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/loans/:loanId',
      'url.scheme': 'http',
      'http.response.status_code': 200,
    });
    expect(response.json()).toEqual({ traceparent: `00-${traceId}-${span?.spanContext().spanId}-01` });
  });

  it.each([{}, { traceparent: 'nonsense' }])('begins a trace where the caller sent %j', async (headers) => {
    const { post, spans } = setUp({ traced: true });
    const response = await post(headers);
    const own = spans()[0]?.spanContext();
    expect(spans()[0]?.parentSpanContext).toBeUndefined();
    expect(response.json()).toEqual({ traceparent: `00-${own?.traceId}-${own?.spanId}-01` });
  });

  it('is no span if it asks for health or metrics', async () => {
    const { app, spans } = setUp({ traced: true });
    for (const url of ['/startupz', '/livez', '/readyz', '/metrics']) {
      expect((await app.inject({ url, headers: { traceparent } })).statusCode).toBe(200);
    }
    expect(spans()).toEqual([]);
  });

  it('says that it failed, and what does not exist has no route', async () => {
    const { app, spans } = setUp({ traced: true });
    await app.inject('/fail');
    await app.inject('/nothing/secret');
    expect(spans().map(({ name, status }) => [name, status.code])).toEqual([
      ['GET /fail', SpanStatusCode.ERROR],
      ['GET', SpanStatusCode.UNSET],
    ]);
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('secret');
  });

  it('passes a well-formed context on where nothing is traced', async () => {
    const { post, spans } = setUp({ traced: false });
    expect((await post({ traceparent })).json()).toEqual({ traceparent });
    expect((await post({ traceparent: 'nonsense' })).json()).toEqual({});
    expect(spans()).toEqual([]);
  });
});

describe('a log line', () => {
  it('names the span in which it is written', () => {
    const lines: Record<string, unknown>[] = [];
    const logger = createLogger({
      name: 'lending',
      instance: 'lending-1',
      level: 'info',
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    const span = new BasicTracerProvider().getTracer('test').startSpan('around');
    logger.info({}, 'outside');
    context.with(trace.setSpan(context.active(), span), () => logger.info({}, 'within'));
    expect(lines[0]).not.toHaveProperty('trace_id');
    expect(lines[1]).toMatchObject({
      trace_id: span.spanContext().traceId,
      span_id: span.spanContext().spanId,
    });
  });
});
