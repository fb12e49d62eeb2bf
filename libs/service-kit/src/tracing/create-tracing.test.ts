import { headerNames } from '@baton/core';
import type { Tracing } from '@baton/messaging';
import { BookEvent, BookWorld } from '@baton/testing';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createTracing } from './create-tracing';

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const setUp = (sampler?: Sampler) => {
  const exporter = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...(sampler === undefined ? {} : { sampler }),
  }).getTracer('test');
  const named = (name: string): ReadableSpan => {
    const found = exporter.getFinishedSpans().filter((span) => span.name === name);
    expect(found).toHaveLength(1);
    return found[0] as ReadableSpan;
  };
  return { tracing: createTracing(tracer), tracer, named, spans: () => exporter.getFinishedSpans() };
};

const publishOne = async (world: BookWorld, tracing: Tracing, event: { traceparent?: string } = {}) => {
  const publisher = await world.publisher('lending-1', [1, 2], { tracing });
  const published = await world.clock.settle(
    publisher.publish(BookEvent, { key: 'secret-key', data: { n: 1 }, ...event }),
  );
  await world.clock.settle(publisher.close());
  return published;
};

const traceparentsOn = (world: BookWorld, v: number): readonly unknown[] =>
  world.broker.logs(world.topic(v)).flatMap((log) => log.committed().map((record) => header(record.headers)));

const header = (headers: Readonly<Record<string, unknown>>): string | undefined => {
  const value = headers[headerNames.traceparent];
  return value === undefined ? undefined : String(value);
};

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const caller = `00-${traceId}-${spanId}-01`;

describe('the trace of an event', () => {
  it('leads from publishing to the twin that is handled and to the one that is skipped', async () => {
    const world = new BookWorld();
    const { tracing, named, spans } = setUp();
    const { id } = await publishOne(world, tracing);
    await world.started('a', { deps: { tracing } });
    await world.drained();
    const published = named('publish lending.BooksBorrowed');
    const processed = named('process lending.BooksBorrowed.v1');
    const skipped = named('skip lending.BooksBorrowed.v2');
    const own = published.spanContext();
    expect(spans()).toHaveLength(3);
    for (const span of [processed, skipped]) {
      expect(span.spanContext().traceId).toBe(own.traceId);
      expect(span.parentSpanContext?.spanId).toBe(own.spanId);
      expect(span.kind).toBe(SpanKind.CONSUMER);
    }
    expect(skipped.links.map((link) => link.context.spanId)).toEqual([own.spanId]);
    expect(published.kind).toBe(SpanKind.PRODUCER);
    expect(published.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
      'messaging.destination.template': 'lending.BooksBorrowed.v{version}',
      'messaging.message.id': id,
      'baton.event.source': 'lending',
      'baton.event.type': 'lending.BooksBorrowed',
      'baton.event.published_versions': [1, 2],
    });
    expect(processed.attributes).toMatchObject({
      'messaging.destination.name': world.topic(1),
      'messaging.consumer.group.name': world.group,
      'messaging.message.id': id,
      'baton.event.version': 1,
      'baton.decision': 'process',
      'baton.attempt': 1,
    });
    expect(skipped.attributes).toMatchObject({
      'messaging.destination.name': world.topic(2),
      'baton.event.version': 2,
      'baton.decision': 'skip',
      'baton.responsible_version': 1,
    });
    expect(JSON.stringify(spans().map(({ attributes }) => attributes))).not.toContain('secret-key');
  });

  it('is written in the same words on every twin', async () => {
    const world = new BookWorld();
    const { tracing, named } = setUp();
    await publishOne(world, tracing);
    const { traceId: own, spanId: span } = named('publish lending.BooksBorrowed').spanContext();
    expect(traceparentsOn(world, 1)).toEqual([`00-${own}-${span}-01`]);
    expect(traceparentsOn(world, 2)).toEqual(traceparentsOn(world, 1));
  });

  it('goes on with the context that the caller names, and otherwise with the span around the call', async () => {
    const world = new BookWorld();
    const { tracing, tracer, spans } = setUp();
    await publishOne(world, tracing, { traceparent: caller });
    const around = tracer.startSpan('around');
    const within = trace.setSpan(context.active(), around);
    await context.with(within, () => publishOne(world, tracing));
    await context.with(within, () => publishOne(world, tracing, { traceparent: 'nonsense' }));
    expect(spans().map((span) => span.parentSpanContext?.spanId)).toEqual([
      spanId,
      around.spanContext().spanId,
      around.spanContext().spanId,
    ]);
  });

  it('is the one within which its handler runs', async () => {
    const world = new BookWorld();
    const { tracing, named } = setUp();
    await publishOne(world, tracing);
    const seen: unknown[] = [];
    const onEvent = async () => {
      await Promise.resolve();
      seen.push(trace.getActiveSpan()?.spanContext().spanId);
    };
    await world.started('a', { onEvent, deps: { tracing } });
    await world.drained();
    expect(seen).toEqual([named('process lending.BooksBorrowed.v1').spanContext().spanId]);
  });

  it('tells of every try what was thrown and where, but not in which words', async () => {
    const world = new BookWorld();
    const { tracing, spans } = setUp();
    await publishOne(world, tracing);
    const onEvent = (_: unknown, { attempt }: { attempt: number }) => {
      if (attempt === 1) throw new TypeError('Anna Example has no address');
    };
    await world.started('a', { onEvent, deps: { tracing } });
    await world.drained();
    const [failed, handled] = spans().filter(({ name }) => name === 'process lending.BooksBorrowed.v1');
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(failed?.attributes).toMatchObject({ 'error.type': 'TypeError', 'baton.attempt': 1 });
    expect(failed?.events.map(({ name }) => name)).toEqual(['exception']);
    expect(failed?.events[0]?.attributes?.['exception.stacktrace']).toContain(__filename);
    expect(JSON.stringify(failed?.events)).not.toContain('Anna');
    expect(handled?.status).toEqual({ code: SpanStatusCode.UNSET });
    expect(handled?.attributes).toMatchObject({ 'baton.attempt': 2 });
  });

  it('is passed on, but not recorded, where the caller does not sample it', async () => {
    const world = new BookWorld();
    const { tracing, spans } = setUp(new ParentBasedSampler({ root: new AlwaysOffSampler() }));
    await publishOne(world, tracing, { traceparent: `00-${traceId}-${spanId}-00` });
    await world.started('a', { deps: { tracing } });
    await world.drained();
    expect(traceparentsOn(world, 1)).toEqual([
      expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`)),
    ]);
    expect(world.ids()).toHaveLength(1);
    expect(spans()).toEqual([]);
  });

  it('begins anew at the consumer where the message names none', async () => {
    const world = new BookWorld();
    const { tracing, spans } = setUp();
    world.put([1, 2]);
    await world.started('a', { deps: { tracing } });
    await world.drained();
    expect(spans().map(({ name, parentSpanContext }) => [name, parentSpanContext])).toEqual([
      ['process lending.BooksBorrowed.v1', undefined],
    ]);
  });

  it('ends with the failure of an event that is not published', async () => {
    const world = new BookWorld();
    const { tracing, named } = setUp();
    const publisher = await world.publisher('lending-1', [1, 2], { tracing, limits: { deadlineMs: 2_000 } });
    world.broker.network.fail({ operation: 'begin', how: 'lost-request', times: 10_000 });
    const publishing = publisher.publish(BookEvent, { key: 'k', data: { n: 1 } });
    await expect(world.clock.settle(publishing)).rejects.toMatchObject({ code: 'broker-unavailable' });
    const { status, attributes } = named('publish lending.BooksBorrowed');
    expect(status).toEqual({ code: SpanStatusCode.ERROR });
    expect(attributes['error.type']).toBe('broker-unavailable');
  });

  it('has no part in what the publisher does for the events of all callers', async () => {
    const world = new BookWorld();
    const { tracing, tracer } = setUp();
    const around: unknown[] = [];
    const note = () => void around.push(trace.getActiveSpan());
    const logger = { debug: note, info: note, warn: note, error: note };
    const publisher = await world.publisher('lending-1', [1, 2], { tracing, logger });
    world.broker.network.fail({ operation: 'commit', how: 'lost-response' });
    const within = trace.setSpan(context.active(), tracer.startSpan('around'));
    await context.with(within, () =>
      world.clock.settle(publisher.publish(BookEvent, { key: 'k', data: { n: 1 } })),
    );
    expect(around).toEqual([undefined]);
  });
});
