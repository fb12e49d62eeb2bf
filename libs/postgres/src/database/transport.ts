import { BatonError } from '@baton/core';
import { Client, type ClientConfig } from 'pg';

type Transport = Required<Pick<ClientConfig, 'connectionString' | 'ssl'>>;

/** What a URL says of TLS. For the driver it counts more than any option, so it is taken out once it is understood. */
const tlsParameters = ['ssl', 'sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'uselibpqcompat'] as const;

const loopback = /^(?:localhost|127(?:\.\d+){3}|::1|\/.*|)$/;

/**
 * How to reach the server of a URL: over TLS where the URL or the environment ask for it, and then only if the server
 * proves who it is. Throws `invalid-configuration` for TLS that proves nothing, and for a password that would travel in
 * the clear without anybody having said so.
 */
export const transportOf = (url: string): Transport => {
  const { ssl, host, password } = understood(url);
  const [address = '', ...rest] = url.split('?');
  const parameters = new URLSearchParams(rest.join('?'));
  if (ssl === false) {
    const said = parameters.has('sslmode') || parameters.has('ssl');
    if (password && !said && !loopback.test(host)) throw inTheClear(host);
  }
  for (const name of tlsParameters) parameters.delete(name);
  const connectionString = parameters.size === 0 ? address : `${address}?${parameters}`;
  return { connectionString, ssl: ssl === false ? false : { ...ssl, rejectUnauthorized: true } };
};

/** The driver itself says what it makes of the URL; nothing is connected. */
const understood = (url: string) => {
  const { ssl, host, password } = clientOf(url);
  return { ssl: tlsOf(ssl), host, password };
};

const clientOf = (url: string): Client => {
  try {
    return new Client({ connectionString: url });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? `: ${String(error.code)}` : '';
    throw new BatonError(
      'invalid-configuration',
      `Expected the address of a database such as postgres://user@host:5432/name, with TLS files that can be read, got one that is not understood${code}. Special characters of a name or password in it are written as %23 for #, and so on.`,
    );
  }
};

/** Its type says less than it is: options of TLS are an object, whose key is not listed. */
const tlsOf = (ssl: unknown): false | { readonly key?: string } => {
  if (ssl === false) return false;
  if (typeof ssl !== 'object' || ssl === null) return {};
  if ('rejectUnauthorized' in ssl && ssl.rejectUnauthorized === false) throw unproven();
  return 'key' in ssl && typeof ssl.key === 'string' ? { ...ssl, key: ssl.key } : ssl;
};

const unproven = (): BatonError =>
  new BatonError(
    'invalid-configuration',
    'Expected an sslmode that checks the certificate of the database, got one that does not (in the URL, or in PGSSLMODE). Use verify-full, with sslrootcert for an authority of your own.',
  );

const inTheClear = (host: string): BatonError =>
  new BatonError(
    'invalid-configuration',
    `Expected TLS to the database at ${host}, because a password is sent there, got none. Add sslmode=verify-full to the URL, or sslmode=disable if the network between is your own.`,
  );
