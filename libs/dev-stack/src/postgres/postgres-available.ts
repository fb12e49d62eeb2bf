import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Whether `startPostgres` finds something to start; at once, for tests that are skipped by name where it does not. */
export const postgresAvailable = (root: string): boolean =>
  spawnSync(process.execPath, [resolve(__dirname, '../../bin/find-postgres.js'), root]).status === 0;
