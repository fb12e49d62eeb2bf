import { BatonError, formatInstant } from '@baton/core';
import type { EventPublisher } from '@baton/messaging';
import { ExtendLoan, type ExtendLoanV2 } from '@baton/schemas';
import { type HttpServerDeps, traceOf } from '@baton/service-kit';
import { z } from 'zod';

const day = z.iso.date({ error: 'a day such as 2027-01-02' });
const requestSchema = z
  .strictObject({
    loanId: z
      .string({ error: 'a text' })
      .regex(/^[\x21-\x7e]{1,200}$/, { error: '1 to 200 visible ASCII characters' }),
    until: day,
  })
  .readonly();

export interface ExtensionRoutesDeps {
  /** `undefined` until the publisher is open. */
  readonly publisher: () => Pick<EventPublisher, 'publish'> | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Adds routes to the HTTP server. */
export type Routes = NonNullable<HttpServerDeps['routes']>;

/** `POST /extensions`: asks for a longer loan of books that nobody else waits for. The data is the newest version; the publisher makes the one it sends. */
export const createExtensionRoutes =
  ({ publisher, now }: ExtensionRoutesDeps): Routes =>
  (app) => {
    app.post('/extensions', async (request, reply) => {
      const data = parseRequest(request.body, new Date(now()).toISOString().slice(0, 10));
      const open = publisher();
      if (open === undefined) {
        throw new BatonError('broker-unavailable', 'The service is starting. Try again in a moment.');
      }
      const command = await open.publish(ExtendLoan, { key: data.loanId, data, ...traceOf(request) });
      return reply.code(202).send({ ...command, createdAt: formatInstant(command.createdAt) });
    });
  };

const parseRequest = (body: unknown, askedOn: string): ExtendLoanV2 => {
  const result = requestSchema.safeParse(body);
  const problems = result.success
    ? result.data.until > askedOn
      ? []
      : [`until: a day after today, ${askedOn}`]
    : result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  if (result.success && problems.length === 0) return { ...result.data, askedOn, reason: 'LOW_DEMAND' };
  throw new BatonError(
    'invalid-data',
    `Expected an extension, got one with these problems: ${problems.join('; ')}.`,
    { details: { problems } },
  );
};
