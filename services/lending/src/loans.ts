import { formatInstant } from '@baton/core';
import type { EventPublisher } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import type { FastifyInstance } from 'fastify';
import { parseLoan } from './loan-request';

export interface LoanRoutesDeps {
  readonly publisher: Pick<EventPublisher, 'publish'>;
  readonly newLoanId: () => string;
}

/** `POST /loans`: publishes `lending.BooksBorrowed` and answers once the event is committed in all its versions. */
export const createLoanRoutes =
  ({ publisher, newLoanId }: LoanRoutesDeps) =>
  (app: FastifyInstance): void => {
    app.post('/loans', async (request, reply) => {
      const data = parseLoan(request.body, newLoanId);
      const event = await publisher.publish(BooksBorrowed, {
        key: data.loanId,
        data,
        ...traceOf(request.headers.traceparent),
      });
      return reply.code(201).send({ ...event, createdAt: formatInstant(event.createdAt) });
    });
  };

const traceOf = (header: unknown): { traceparent?: string } =>
  typeof header === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(header)
    ? { traceparent: header }
    : {};
