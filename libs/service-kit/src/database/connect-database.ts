import { BatonError } from '@baton/core';
import type { Logger } from '@baton/messaging';
import { connectPostgres, type Database, openEmbedded } from '@baton/postgres';
import type { Lifecycle } from '../lifecycle/lifecycle';

export interface ConnectDatabaseDeps {
  readonly config: {
    readonly INSTANCE: string;
    readonly DATABASE_URL?: string | undefined;
    readonly DATABASE_FOLDER?: string | undefined;
  };
  readonly pid: number;
  readonly logger: Logger;
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
}

/** The database that the settings name, closed when the service stops; `undefined` if they name none. */
export const connectDatabase = async ({
  config: { INSTANCE, DATABASE_URL: url, DATABASE_FOLDER: folder },
  pid,
  logger,
  lifecycle,
}: ConnectDatabaseDeps): Promise<Database | undefined> => {
  if (url === undefined && folder === undefined) return undefined;
  if (url !== undefined && folder !== undefined) {
    throw new BatonError(
      'invalid-configuration',
      'Expected DATABASE_URL or DATABASE_FOLDER, got both. Unset one of them.',
    );
  }
  const database =
    url === undefined
      ? await openEmbedded({ folder: folder ?? '', pid })
      : await connectPostgres({ url, name: INSTANCE, logger });
  lifecycle.onStop('database', database.close);
  logger.info({ database: database.kind }, 'database connected');
  return database;
};
