import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError, instantFromMillis, publishedVersions } from '@baton/core';
import { type EventPublisher, silentLogger } from '@baton/messaging';
import { BooksBorrowed } from '@baton/schemas';
import { createHttpServer, createMetrics, createReadiness } from '@baton/service-kit';
import { lendByPublishing } from './lend';
import { createLoanRoutes } from './loans';

const example = JSON.parse(
  readFileSync(join(__dirname, '../../../schemas/lending.BooksBorrowed/examples/v2.json'), 'utf8'),
) as Record<string, unknown>;

const setUp = ({ fail }: { fail?: Error } = {}) => {
  const published: { name: string; key: string; data: unknown; traceparent?: string }[] = [];
  const publish: EventPublisher['publish'] = async (eventType, { key, data, ...trace }) => {
    if (fail !== undefined) throw fail;
    published.push({ name: eventType.name, key, data, ...trace });
    return {
      id: 'e-1',
      key,
      createdAt: instantFromMillis(1_000),
      published: publishedVersions([1, 2]),
      partition: 3,
    };
  };
  const { app } = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    readiness: createReadiness(),
    metrics: createMetrics({ ofProcess: false }),
    routes: createLoanRoutes({ lend: lendByPublishing({ publish }), newLoanId: () => 'loan-new' }),
  });
  const post = async (payload: object, headers: Record<string, string> = {}) => {
    const response = await app.inject({ method: 'POST', url: '/loans', payload, headers });
    return { status: response.statusCode, body: response.json() as Record<string, unknown> };
  };
  return { post, published };
};

describe('POST /loans', () => {
  it('publishes the loan and tells what became of the event', async () => {
    const { post, published } = setUp();
    expect(await post(example)).toEqual({
      status: 201,
      body: {
        id: 'e-1',
        key: 'loan-2041',
        createdAt: '1970-01-01T00:00:01.000Z',
        published: [1, 2],
        partition: 3,
      },
    });
    expect(published).toEqual([
      {
        name: BooksBorrowed.name,
        key: 'loan-2041',
        data: { ...example, borrowedAt: new Date('2026-11-30T16:42:07.120Z') },
      },
    ]);
  });

  it('makes up a loan id and fills in what may be missing', async () => {
    const { post, published } = setUp();
    const { loanId: _loanId, note: _note, ...rest } = example;
    const { body } = await post({ ...rest, borrower: { borrowerId: 'b-1', name: 'Ada' } });
    expect(body.key).toBe('loan-new');
    expect(published[0]).toMatchObject({
      key: 'loan-new',
      data: { loanId: 'loan-new', note: null, borrower: { email: null } },
    });
  });

  it('names every problem of a bad loan by its path and publishes nothing', async () => {
    const { post, published } = setUp();
    const { status, body } = await post({
      ...example,
      branch: 'MOON',
      dueDate: '21.12.2026',
      borrowedAt: '2026-11-30',
      books: [{ isbn: '1', title: 'Emma', replacementPrice: 9 }],
      changeInfo: {},
    });
    expect([status, body.code]).toEqual([400, 'invalid-data']);
    for (const path of ['branch:', 'dueDate:', 'borrowedAt:', 'books.0.replacementPrice:', 'changeInfo']) {
      expect(body.message).toContain(path);
    }
    expect(published).toEqual([]);
  });

  it('says how long a text may be', async () => {
    const { status, body } = await setUp().post({ ...example, note: 'x'.repeat(1_000_000) });
    expect([status, body.code]).toEqual([400, 'invalid-data']);
    expect(body.message).toContain('note: a text of at most 2000 characters');
  });

  it.each([
    [[]],
    [{}],
    [{ ...example, books: [] }],
    [{ ...example, loanId: '' }],
    [{ ...example, loanId: 'a\nb' }],
  ])('refuses %j', async (loan) => {
    const { post, published } = setUp();
    expect((await post(loan)).status).toBe(400);
    expect(published).toEqual([]);
  });

  it('passes a well-formed trace context on and leaves out any other', async () => {
    const { post, published } = setUp();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post(example, { traceparent });
    await post(example, { traceparent: 'nonsense' });
    expect(published.map((event) => event.traceparent)).toEqual([traceparent, undefined]);
  });

  it('answers 503 with the id if the outcome is unknown', async () => {
    const fail = new BatonError('outcome-unknown', 'No answer.', { details: { id: 'e-7' } });
    expect(await setUp({ fail }).post(example)).toEqual({
      status: 503,
      body: { code: 'outcome-unknown', message: expect.stringContaining('Look for it'), id: 'e-7' },
    });
  });

  it('answers 413 if the event is too large, and 400 if the contract refuses the data', async () => {
    const tooLarge = setUp({ fail: new BatonError('event-too-large', 'Too large.') });
    const invalid = setUp({ fail: new BatonError('invalid-data', 'Does not fit.') });
    expect((await tooLarge.post(example)).status).toBe(413);
    expect((await invalid.post(example)).status).toBe(400);
  });
});
