import type { MemberPresence } from '@baton/control';
import { type Clock, type Logger, systemClock, type Tracing } from '@baton/messaging';
import { trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { createReadiness, type Readiness } from '../http/health';
import { createHttpServer, type HttpServer } from '../http/http-server';
import { createLifecycle, type Lifecycle } from '../lifecycle/lifecycle';
import type { ProcessPort } from '../lifecycle/process-port';
import { createLogger, type LogLevel } from '../logging/logger';
import { createMetrics, type Metrics } from '../metrics/metrics';
import { createTracing } from '../tracing/create-tracing';

export interface ServiceOptions {
  readonly name: string;
  readonly config: {
    readonly INSTANCE: string;
    readonly LOG_LEVEL: LogLevel;
    readonly HOST: string;
    readonly PORT: number;
    readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  };
  readonly process: ProcessPort;
  /** The name of this machine. */
  readonly host: string;
  readonly clock?: Clock;
  /** Where log lines go; standard output if left out. */
  readonly write?: (line: string) => void;
}

/** What every service has, whatever it does. */
export interface Service {
  /** What this instance says of itself in its presence. */
  readonly self: Omit<MemberPresence, 'kind' | 'group' | 'handles'>;
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  /** `undefined` where the settings name no collector. */
  readonly tracing: Tracing | undefined;
  /** The HTTP server with health, metrics and `routes`; not listening yet. */
  http(routes?: (app: FastifyInstance) => void): HttpServer;
}

/** Puts log, life cycle, readiness and metrics of one instance together. */
export const createService = ({ name, config, process, host, clock, write }: ServiceOptions): Service => {
  const at = clock === undefined ? {} : { clock };
  const logger = createLogger({
    name,
    instance: config.INSTANCE,
    level: config.LOG_LEVEL,
    ...(write === undefined ? {} : { write }),
  });
  const lifecycle = createLifecycle({ process, logger, ...at });
  const tracer = config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? undefined : trace.getTracer('baton');
  const readiness = createReadiness();
  const metrics = createMetrics({ ofProcess: true });
  readiness.add(() => {
    const phase = lifecycle.phase();
    return phase === 'running' ? [] : [{ check: 'service', because: `The service is ${phase}.` }];
  });
  return {
    self: {
      schemaVersion: 1,
      instance: config.INSTANCE,
      service: name,
      host,
      pid: process.pid,
      startedAt: (clock ?? systemClock).now(),
    },
    logger,
    lifecycle,
    readiness,
    metrics,
    tracing: tracer && createTracing(tracer),
    http: (routes) =>
      createHttpServer({
        host: config.HOST,
        port: config.PORT,
        logger,
        readiness,
        hasStarted: () => lifecycle.phase() !== 'starting',
        metrics,
        tracer,
        ...at,
        ...(routes === undefined ? {} : { routes }),
      }),
  };
};
