import { formatInstant } from '@baton/core';
import { traceOf } from '@baton/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Lend } from './lend';
import { parseLoan } from './loan-request';

export interface LoanRoutesDeps {
  readonly lend: Lend;
  readonly newLoanId: () => string;
}

/** `POST /loans`: lends books, and answers once the event `lending.BooksBorrowed` of it is safe. */
export const createLoanRoutes =
  ({ lend, newLoanId }: LoanRoutesDeps) =>
  (app: FastifyInstance): void => {
    app.post('/loans', async (request, reply) => {
      const data = parseLoan(request.body, newLoanId);
      const { createdAt, ...receipt } = await lend(data, traceOf(request));
      const stamped = createdAt === undefined ? {} : { createdAt: formatInstant(createdAt) };
      return reply.code(201).send({ ...receipt, ...stamped });
    });
  };
