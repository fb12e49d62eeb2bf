import { silentLogger } from '@baton/messaging';
import { createMetrics } from '../metrics/metrics';
import { consumerReasons, publisherReasons } from './component-health';
import { createReadiness, type Reason } from './health';
import { createHttpServer } from './http-server';

const canary = 'CANARY of Ada Lovelace at kafka-1.internal:9092';
const place = { topic: 'lending.BooksBorrowed.v1', partition: 2, offset: 7, attempts: 4 };
const blocked = (code: string) => ({ kind: 'blocked', on: [{ ...place, code, because: canary }] }) as const;

/** What anybody gets who asks for readiness. */
const readyz = async (reasons: readonly Reason[]) => {
  const readiness = createReadiness();
  readiness.add(() => reasons);
  const metrics = createMetrics({ ofProcess: false });
  const { app } = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, logger: silentLogger, drainMs: 0, hasStarted: () => true },
    ...{ readiness, metrics },
  });
  return app.inject('/readyz');
};

describe('readiness over HTTP', () => {
  it.each([
    ['a handler that failed', consumerReasons(blocked('handler-failed'))],
    ['a registry that is away', consumerReasons(blocked('registry-unavailable'))],
    ['a letter that is too large', consumerReasons(blocked('event-too-large'))],
    ['a consumer that ended', consumerReasons({ kind: 'failed', because: canary })],
    ['a publisher that tries again', publisherReasons({ kind: 'retrying', since: 0, because: canary })],
  ])('tells nobody the error of %s', async (_, reasons) => {
    const { statusCode, body } = await readyz(reasons);
    expect(statusCode).toBe(503);
    expect(body).not.toContain('CANARY');
  });

  it('names place, code and what to do', async () => {
    const { because } = (await readyz(consumerReasons(blocked('event-too-large')))).json();
    expect(because).toEqual([
      {
        ...place,
        check: 'consumer',
        code: 'event-too-large',
        because: expect.stringContaining('Raise max.message.bytes'),
      },
    ]);
  });
});
