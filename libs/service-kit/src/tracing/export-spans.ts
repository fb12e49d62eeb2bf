import type { Logger } from '@baton/messaging';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';

export interface ExportSpansDeps {
  /** Base address of the collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  readonly name: string;
  readonly instance: string;
  readonly logger: Logger;
}

/**
 * Sets OpenTelemetry up for this process: OTLP over HTTP as JSON, in the background, from a queue that drops what it
 * cannot hold. Sampler, limits, queue, headers and resource follow the standard variables, which the SDK reads itself.
 */
export const exportSpans = ({ endpoint, name, instance, logger }: ExportSpansDeps): BasicTracerProvider => {
  const own = resourceFromAttributes({ 'service.name': name, 'service.instance.id': instance });
  const resource = defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(reporting(exporter, logger))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return provider;
};

const report = {
  going: (logger: Logger) => logger.info({}, 'traces are taken again'),
  failing: (logger: Logger, err: unknown) =>
    logger.warn({ err }, 'traces are not taken, their spans are lost'),
} as const;

/** Logs when spans begin to be lost, and when they get through again. */
const reporting = (exporter: SpanExporter, logger: Logger): SpanExporter => {
  let state: 'going' | 'failing' = 'going';
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const next = result.code === 0 ? 'going' : 'failing';
        if (next !== state) context.with(ROOT_CONTEXT, () => report[next](logger, result.error));
        state = next;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
};
