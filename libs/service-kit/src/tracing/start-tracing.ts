import { settleWithin, systemClock } from '@baton/messaging';
import type { Service } from '../service/service';

export interface StartTracingDeps {
  readonly config: { readonly INSTANCE: string; readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined };
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle'>;
}

/** How long the end of a service waits for the last spans to be taken. */
const flushMs = 1_000;

/**
 * Sends the spans of this process to the collector that the settings name; without one it does nothing. First of all in
 * `lifecycle.start`, so that it ends last. A collector that is away costs spans, and nothing else.
 */
export const startTracing = ({ config, service }: StartTracingDeps): void => {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return;
  const { self, logger, lifecycle } = service;
  // some hundred files, which are loaded where they are needed only
  const { exportSpans } = require('./export-spans') as typeof import('./export-spans');
  const provider = exportSpans({ endpoint, name: self.service, instance: config.INSTANCE, logger });
  lifecycle.onStop('traces', () => settleWithin(systemClock, flushMs, () => provider.shutdown()));
  logger.info({ endpoint: new URL(endpoint).origin }, 'tracing');
};
