/** @jest-environment ./libs/postgres/jest-environment.js */
import { describeRelayDatabase } from '@baton/testing/conformance';
import { loadPglite } from '../../test-support/pglite';
import { sqlOutboxAdapter } from '../../test-support/sql-outbox-adapter';
import type { Database } from '../database/database';
import { openEmbedded } from '../embedded/embedded-database';

let database: Database;

beforeAll(async () => {
  database = await openEmbedded({ pid: process.pid, load: loadPglite });
}, 30_000);
afterAll(() => database?.close());

describeRelayDatabase(sqlOutboxAdapter('PGlite', [], () => database));
