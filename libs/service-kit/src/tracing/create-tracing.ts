import type { TracedEvent, TracedTwin, Tracing } from '@baton/messaging';
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { endFailed } from './record-error';
import { readTraceparent, writeTraceparent } from './trace-context';

/**
 * Tells the way of events through OpenTelemetry, named as its conventions for messaging have it. Takes a tracer of
 * whatever set-up the process has; `createService` makes one for a service by itself.
 *
 * ```ts
 * const tracing = createTracing(trace.getTracer('lending'));
 * ```
 */
export const createTracing = (tracer: Tracer): Tracing => ({
  sending: (step, event) => {
    const before = readTraceparent(event.traceparent);
    if (step === 'send' && before === undefined) return undefined;
    const parent = before === undefined ? context.active() : trace.setSpanContext(context.active(), before);
    const { kind, type } = sending[step];
    const attributes = {
      ...ofEvent(event),
      'messaging.operation.name': step,
      'messaging.operation.type': type,
      'messaging.destination.template': `${event.type}.v{version}`,
    };
    const span = tracer.startSpan(`${step} ${event.type}`, { kind, attributes }, parent);
    const traceparent = writeTraceparent(span.spanContext());
    if (traceparent === undefined) return undefined;
    return { traceparent, done: () => span.end(), failed: (error) => endFailed(span, error) };
  },

  processing: async (twin, attempt, work) => {
    const attributes = {
      ...ofTwin(twin),
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'baton.decision': 'process',
      'baton.attempt': attempt,
    };
    const parent = contextOf(twin);
    const options = { kind: SpanKind.CONSUMER, attributes };
    const span = tracer.startSpan(`process ${twin.topic}`, options, parent);
    await within(span, parent, work);
  },

  skipped: (twin, responsible) => {
    const event = readTraceparent(twin.traceparent);
    if (event === undefined) return;
    const attributes = {
      ...ofTwin(twin),
      'messaging.operation.name': 'skip',
      'baton.decision': 'skip',
      'baton.responsible_version': responsible,
    };
    const options = { kind: SpanKind.CONSUMER, attributes, links: [{ context: event }] };
    tracer.startSpan(`skip ${twin.topic}`, options, contextOf(twin)).end();
  },
});

/** Where an outbox creates the context of the messages, the sending from there is a call like any other. */
const sending = {
  create: { kind: SpanKind.PRODUCER, type: 'create' },
  send: { kind: SpanKind.CLIENT, type: 'send' },
  publish: { kind: SpanKind.PRODUCER, type: 'send' },
} as const;

/** What a group does with an event goes on with its context, never with what happens to be around. */
const contextOf = ({ traceparent }: TracedEvent): Context => {
  const event = readTraceparent(traceparent);
  return event === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, event);
};

const within = async (span: Span, parent: Context, work: () => Promise<void>): Promise<void> => {
  try {
    await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
  span.end();
};

const ofEvent = ({ id, source, type, published }: TracedEvent): Attributes => ({
  'messaging.system': 'kafka',
  'messaging.message.id': id,
  'baton.event.source': source,
  'baton.event.type': type,
  ...(published === undefined ? {} : { 'baton.event.published_versions': [...published] }),
});

const ofTwin = (twin: TracedTwin): Attributes => ({
  ...ofEvent(twin),
  'messaging.destination.name': twin.topic,
  'messaging.destination.partition.id': String(twin.partition),
  'messaging.kafka.offset': twin.offset,
  'messaging.consumer.group.name': twin.group,
  'baton.event.version': twin.version,
});
