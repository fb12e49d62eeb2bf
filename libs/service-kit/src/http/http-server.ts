import { BatonError } from '@baton/core';
import { type Clock, delay, type Logger, systemClock } from '@baton/messaging';
import type { Tracer } from '@opentelemetry/api';
import fastify, { type FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics';
import { traceRequests } from '../tracing/trace-requests';
import { bodyLimitBytes, errorResponse } from './error-response';
import type { Readiness } from './health';

export interface HttpServerDeps {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly readiness: Readiness;
  /** Whether everything that the service needs has come up once; left out, nothing is waited for. */
  readonly hasStarted?: () => boolean;
  readonly metrics: Metrics;
  /** Adds the routes of the service. */
  readonly routes?: (app: FastifyInstance) => void;
  /** Makes a span of every request but those for health and metrics. */
  readonly tracer?: Tracer | undefined;
  readonly clock?: Clock;
  /** How long requests are still accepted after `close` began, while every answer asks to go elsewhere. */
  readonly drainMs?: number;
  /** How long a request may take to arrive; 30 s unless given. */
  readonly slowestMs?: number;
}

export interface HttpServer {
  /** Listens, and logs `listening` with the port. */
  start(): Promise<{ readonly port: number }>;
  /** Not ready from now on; answers what was accepted, then stops listening. Safe to call twice. */
  close(): Promise<void>;
  /** For tests: requests without a network. */
  readonly app: FastifyInstance;
}

/** An idle connection stays open longer than the usual minute of clients and proxies, so that none sends into its end. */
const limits = (slowestMs: number) => ({
  bodyLimit: bodyLimitBytes,
  connectionTimeout: slowestMs,
  requestTimeout: slowestMs,
  keepAliveTimeout: 72_000,
  // Node.js looks for late requests every 30 s
  http: { connectionsCheckingInterval: Math.ceil(slowestMs / 10) },
});

/** The HTTP side of a service: `/livez`, `/readyz`, `/startupz`, `/metrics` and its own routes. */
export const createHttpServer = (deps: HttpServerDeps): HttpServer => {
  const { host, port, logger, metrics, hasStarted = () => true, clock = systemClock, drainMs = 300 } = deps;
  const { slowestMs = 30_000 } = deps;
  const app = fastify({
    ...limits(slowestMs),
    logger: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
  });
  let closing: Promise<void> | undefined;
  app.removeContentTypeParser('text/plain');
  if (deps.tracer !== undefined) traceRequests(app, deps.tracer);
  app.addHook('onSend', async (_request, reply) => {
    if (closing !== undefined) reply.header('connection', 'close');
  });
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/startupz', async (_request, reply) =>
    hasStarted()
      ? { status: 'started' }
      : reply.code(503).send({ status: 'starting', because: deps.readiness.reasons() }),
  );
  app.get('/readyz', async (_request, reply) => {
    const because =
      closing === undefined
        ? deps.readiness.reasons()
        : [{ check: 'service', because: 'The service is stopping.' }];
    return because.length === 0
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'not-ready', because });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  answerErrors(app, logger);
  deps.routes?.(app);
  const drain = async (): Promise<void> => {
    if (app.server.listening) await delay(clock, drainMs);
    await app.close();
  };
  return {
    app,
    start: async () => {
      await app.listen({ host, port }).catch((error: unknown) => {
        throw portInUse(error) ? taken(host, port, error) : error;
      });
      const address = app.server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      logger.info({ host, port: bound }, 'listening');
      return { port: bound };
    },
    close: () => {
      closing ??= drain();
      return closing;
    },
  };
};

const portInUse = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';

const taken = (host: string, port: number, cause: unknown): BatonError =>
  new BatonError(
    'port-in-use',
    `Expected port ${port} of ${host} to be free, but another process listens there. End it, or set PORT to another port; 0 takes a free one.`,
    { details: { host, port }, cause },
  );

const answerErrors = (app: FastifyInstance, logger: Logger): void => {
  app.setErrorHandler(async (error, request, reply) => {
    const { status, body } = errorResponse(error);
    const fields = { method: request.method, path: request.routeOptions.url, status, error };
    if (status >= 500) logger.error(fields, 'request failed');
    else logger.debug(fields, 'request refused');
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send({ code: 'not-found', message: 'There is nothing under this method and path.' }),
  );
};
