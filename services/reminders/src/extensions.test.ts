import { instantFromMillis, publishedVersions } from '@baton/core';
import { type EventPublisher, silentLogger } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { createHttpServer, createMetrics, createReadiness } from '@baton/service-kit';
import { createExtensionRoutes } from './extensions';

const setUp = ({ open = true } = {}) => {
  const sent: unknown[] = [];
  const publish: EventPublisher['publish'] = async (eventType, { key, data }) => {
    sent.push([eventType.name, key, data]);
    const published = publishedVersions([1]);
    return { id: 'c-1', key, createdAt: instantFromMillis(1_000), published, partition: 3 };
  };
  const { app } = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    readiness: createReadiness(),
    metrics: createMetrics({ ofProcess: false }),
    routes: createExtensionRoutes({
      publisher: () => (open ? { publish } : undefined),
      now: () => Date.parse('2026-12-19T23:59:00Z'),
    }),
  });
  const post = async (payload: object) => {
    const response = await app.inject({ method: 'POST', url: '/extensions', payload });
    return { status: response.statusCode, body: response.json() };
  };
  return { post, sent };
};

describe('POST /extensions of reminders', () => {
  it('sends the command in the shape of the newest version, and tells what became of it', async () => {
    const { post, sent } = setUp();
    expect(await post({ loanId: 'loan-1', until: '2027-01-02' })).toEqual({
      status: 202,
      body: { id: 'c-1', key: 'loan-1', createdAt: '1970-01-01T00:00:01.000Z', published: [1], partition: 3 },
    });
    const data = { loanId: 'loan-1', askedOn: '2026-12-19', until: '2027-01-02', reason: 'BORROWER_ASKED' };
    expect(sent).toEqual([[ExtendLoan.name, 'loan-1', data]]);
  });

  it.each([
    [{ loanId: 'loan-1', until: 'soon' }, 'until: a day such as 2027-01-02'],
    [{ loanId: 'loan-1', until: '2026-12-19' }, 'until: a day after today, 2026-12-19'],
    [{ until: '2027-01-02' }, 'loanId: a text'],
    [{ loanId: 'a b', until: '2027-01-02' }, 'loanId: 1 to 200 visible ASCII characters'],
  ])('refuses %j and sends nothing', async (request, problem) => {
    const { post, sent } = setUp();
    const { status, body } = await post(request);
    expect([status, body.code]).toEqual([400, 'invalid-data']);
    expect(body.message).toContain(problem);
    expect(sent).toEqual([]);
  });

  it('answers 503 while the service is starting', async () => {
    const { status, body } = await setUp({ open: false }).post({ loanId: 'loan-1', until: '2027-01-02' });
    expect([status, body.code]).toEqual([503, 'broker-unavailable']);
  });
});
