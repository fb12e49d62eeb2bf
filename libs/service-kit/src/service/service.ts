import type { MemberPresence } from '@baton/control';
import { type Clock, type Logger, systemClock } from '@baton/messaging';
import type { FastifyInstance } from 'fastify';
import { createReadiness, type Readiness } from '../http/health';
import { createHttpServer, type HttpServer } from '../http/http-server';
import { createLifecycle, type Lifecycle } from '../lifecycle/lifecycle';
import type { ProcessPort } from '../lifecycle/process-port';
import { createLogger, type LogLevel } from '../logging/logger';
import { createMetrics, type Metrics } from '../metrics/metrics';

export interface ServiceOptions {
  readonly name: string;
  readonly config: {
    readonly INSTANCE: string;
    readonly LOG_LEVEL: LogLevel;
    readonly HOST: string;
    readonly PORT: number;
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
    http: (routes) =>
      createHttpServer({
        host: config.HOST,
        port: config.PORT,
        logger,
        readiness,
        hasStarted: () => lifecycle.phase() !== 'starting',
        metrics,
        ...at,
        ...(routes === undefined ? {} : { routes }),
      }),
  };
};
