import type { Database, Session } from '../database/database';
import { migrate } from '../database/migrate';
import { cleanOutbox } from './clean';
import { readLag } from './lag';
import { createOutboxStore, notificationChannel } from './outbox-store';
import { createRangeLocks } from './range-locks';
import { openRanges } from './ranges';
import type { Attention, RelayConnection, RelayDatabase } from './relay-database';

/** The outbox in PostgreSQL, or in PGlite, for its relays. */
export const createRelayDatabase = (database: Database): RelayDatabase => ({
  prepare: async (source, ranges) => {
    await migrate(database);
    await openRanges(database, source, ranges);
  },
  connect: async (source) => connectionOver(await database.session(), source),
  lag: (source) => readLag(database, source),
  clean: (options) => cleanOutbox(database, options),
});

const connectionOver = (session: Session, source: string): RelayConnection => ({
  store: createOutboxStore(session, source),
  locks: createRangeLocks(session, source),
  attend: (attention) => attend(session, source, attention),
  ended: session.ended,
  close: () => session.close(),
});

const attend = async (
  session: Session,
  source: string,
  { standstillMs, inserted }: Attention,
): Promise<void> => {
  // the setting is new with version 14, and without a meaning where there is one connection only
  await session.query(
    `SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'idle_session_timeout' AND $2`,
    [String(standstillMs), session.kind === 'server'],
  );
  // a stamp must not be forgotten after its event was sent
  await session.query(
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
  await session.listen(notificationChannel, (payload) => {
    const end = payload.lastIndexOf(' ');
    if (payload.slice(0, end) === source) inserted(Number(payload.slice(end)));
  });
};
