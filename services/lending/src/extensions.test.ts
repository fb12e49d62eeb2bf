import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instantFromMillis, publishedVersions, version } from '@baton/core';
import { handle, silentLogger } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import {
  createHttpServer,
  createMetrics,
  createReadiness,
  type Database,
  openDatabase,
} from '@baton/service-kit';
import { createExtend, createExtensionRoutes, createExtensions } from './extensions';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-extensions-'));
  database = openDatabase(join(folder, 'extensions.db'), { pid: process.pid });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Gives a command to the receiver as the consumer does. */
const receive = async (v: number, data: { readonly loanId: string; readonly [field: string]: unknown }) => {
  const extensions = createExtensions(database);
  const route = handle(ExtendLoan, { 2: createExtend(extensions) }).routes.get(version(v));
  await route?.handler(
    {
      id: `c-${v}`,
      source: 'reminders',
      type: ExtendLoan.name,
      createdAt: instantFromMillis(0),
      published: publishedVersions([v]),
      version: version(2),
      key: data.loanId,
      data: route.convert(data),
    },
    {
      group: 'lending',
      topic: `lending.ExtendLoan.v${v}`,
      partition: 0,
      offset: 0,
      responsible: version(v),
      attempt: 1,
      generation: 1,
      leaseMs: () => 10_000,
      signal: new AbortController().signal,
    },
  );
  return extensions;
};

const asked = { loanId: 'loan-1', askedOn: '2026-12-19' };

describe('the receiver of lending.ExtendLoan', () => {
  it('extends a loan from version 2, with the reason', async () => {
    const extensions = await receive(2, { ...asked, until: '2027-01-02', reason: 'LOW_DEMAND' });
    expect(extensions.of('loan-1')).toEqual([
      {
        id: 'c-2',
        loanId: 'loan-1',
        until: '2027-01-02',
        reason: 'LOW_DEMAND',
        source: 'reminders',
        version: 2,
      },
    ]);
  });

  it('extends a loan from version 1 through the upcast, and keeps the version that counted', async () => {
    const extensions = await receive(1, { ...asked, days: 14 });
    expect(extensions.of('loan-1')).toEqual([
      {
        id: 'c-1',
        loanId: 'loan-1',
        until: '2027-01-02',
        reason: 'NOT_SAID',
        source: 'reminders',
        version: 1,
      },
    ]);
  });
});

describe('GET /loans/:loanId/extensions', () => {
  it('tells what was carried out for this loan, twice if it was done twice', async () => {
    await receive(1, { ...asked, days: 14 });
    await receive(1, { ...asked, loanId: 'loan-2', days: 3 });
    const extensions = await receive(1, { ...asked, days: 14 });
    const { app } = createHttpServer({
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
      readiness: createReadiness(),
      metrics: createMetrics({ ofProcess: false }),
      routes: createExtensionRoutes(extensions),
    });
    const get = async (loanId: string) =>
      (await app.inject({ method: 'GET', url: `/loans/${loanId}/extensions` })).json();
    expect((await get('loan-1')).extensions.map(({ id }: { id: string }) => id)).toEqual(['c-1', 'c-1']);
    expect((await get('loan-2')).extensions).toMatchObject([{ until: '2026-12-22' }]);
    expect(await get('loan-3')).toEqual({ extensions: [] });
  });
});
