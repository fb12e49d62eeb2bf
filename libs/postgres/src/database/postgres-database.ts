import type { Logger } from '@baton/messaging';
import { silentLogger } from '@baton/messaging';
import { Client, type ClientConfig, Pool } from 'pg';
import type { Database, Session } from './database';
import { isReadOnly, unavailable } from './failures';
import { inTransaction } from './pool-transaction';
import { transportOf } from './transport';

export interface PostgresOptions {
  /** `postgres://user@host:port/database`. */
  readonly url: string;
  /** What the server shows of the connections, such as the name of the instance. */
  readonly name?: string;
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  /** The longest that a statement may take before its connection counts as lost. */
  readonly queryTimeoutMs?: number;
  readonly logger?: Logger;
}

/** Connects to a PostgreSQL server, version 14 or later; throws `database-unavailable` if it does not answer. */
export const connectPostgres = async (options: PostgresOptions): Promise<Database> => {
  const { url, maxConnections = 10, logger = silentLogger } = options;
  const config = configOf(options);
  const pool = new Pool({ ...config, max: maxConnections });
  // an idle connection that breaks is replaced by the pool; without a listener it would end the process
  pool.on('error', (error) =>
    // the driver hangs its whole client on the error
    logger.warn({ err: unavailable('An idle connection', error) }, 'idle database connection lost'),
  );
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw unavailable(`The database at ${withoutSecrets(url)}`, error);
  }
  let closing: Promise<void> | undefined;
  return {
    kind: 'server',
    query: (sql, values) => pool.query(sql, values),
    transaction: (work) => inTransaction(pool, work),
    session: () => openSession(config),
    close: () => {
      closing ??= pool.end().catch(() => {});
      return closing;
    },
  };
};

const configOf = ({
  url,
  name = 'baton',
  connectTimeoutMs = 10_000,
  queryTimeoutMs = 30_000,
}: PostgresOptions): ClientConfig => ({
  ...transportOf(url),
  application_name: name,
  connectionTimeoutMillis: connectTimeoutMs,
  query_timeout: queryTimeoutMs,
  keepAlive: true,
});

const openSession = async (config: ClientConfig): Promise<Session> => {
  const client = new Client(config);
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve);
    client.on('error', () => resolve());
  });
  try {
    await client.connect();
  } catch (error) {
    throw unavailable('A connection', error);
  }
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: several users share the connection. */
  const query: Session['query'] = (sql, values) => {
    const result = last.then(() => client.query(sql, values));
    last = result.catch((error: unknown) => (isReadOnly(error) ? client.end() : undefined)).catch(() => {});
    return result;
  };
  return {
    kind: 'server',
    ended,
    query,
    listen: async (channel, listener) => {
      client.on('notification', (message) => {
        if (message.channel === channel) listener(message.payload ?? '');
      });
      await query(`LISTEN ${channel}`);
    },
    close: () => client.end().catch(() => {}),
  };
};

/** The address as it may be shown. */
const withoutSecrets = (url: string): string => {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return '(not a URL)';
  }
};
