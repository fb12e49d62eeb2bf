/** @jest-environment ./libs/postgres/jest-environment.js */
import { describeInboxStore } from '@baton/testing/conformance';
import { embeddedInboxWorld } from '../../test-support/inbox-conformance';
import { loadPglite } from '../../test-support/pglite';
import type { Database } from '../database/database';
import { openEmbedded } from '../embedded/embedded-database';

let database: Database;

beforeAll(async () => {
  database = await openEmbedded({ pid: process.pid, load: loadPglite });
}, 30_000);
afterAll(() => database.close());

describeInboxStore({
  name: 'embedded',
  features: new Set(),
  limitMs: 20_000,
  open: () => embeddedInboxWorld(database),
});
