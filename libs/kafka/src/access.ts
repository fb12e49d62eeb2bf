import { BatonError } from '@baton/core';
import type { RegistryAuth } from './registry-http';
import { readSecretFile } from './secret-file';
import type { SaslOptions, TlsOptions } from './security';

/** Paths of PEM files: authorities to trust, our certificate, and its key. */
export type CertificateFiles = Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>;

type PasswordMechanism = Extract<SaslOptions, { readonly password: string }>['mechanism'];

/** How brokers are to be trusted, and who we say we are, as settings name it. */
export interface BrokerAccess {
  /** Left open, certificates turn TLS on. */
  readonly ssl: boolean | undefined;
  readonly files: CertificateFiles;
  /** `scram-sha-512` unless another is named. */
  readonly mechanism: PasswordMechanism | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The same for the registry; a token is asked for anew with each request. */
export interface RegistryAccess {
  readonly files: CertificateFiles;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly token: (() => string) | undefined;
}

/** Reads the files that are named; throws `invalid-configuration` where half of it is missing. */
export const brokerAccess = (
  access: BrokerAccess,
): { readonly tls?: TlsOptions; readonly sasl?: SaslOptions } => {
  const tls = brokerTls(access);
  const sasl = saslOf(access);
  return { ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) };
};

/** The same for the registry. */
export const registryAccess = (
  access: RegistryAccess,
): { readonly tls?: TlsOptions; readonly auth?: RegistryAuth } => {
  const tls = tlsOf(access.files);
  const auth = authOf(access);
  return { ...(tls === undefined ? {} : { tls }), ...(auth === undefined ? {} : { auth }) };
};

const brokerTls = ({ ssl, files }: BrokerAccess): TlsOptions | undefined => {
  const tls = tlsOf(files);
  if (ssl === true) return tls ?? {};
  if (ssl === undefined || tls === undefined) return tls;
  throw half(
    'TLS is off, but a certificate file is given',
    'Leave KAFKA_SSL out or set it to true, or leave KAFKA_CA_FILE, KAFKA_CERT_FILE and KAFKA_KEY_FILE out.',
  );
};

const tlsOf = (files: CertificateFiles): TlsOptions | undefined => {
  const given = Object.entries(files).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, readSecretFile(file)] as const],
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

const saslOf = ({ mechanism, username, password }: BrokerAccess): SaslOptions | undefined => {
  if (username !== undefined && password !== undefined)
    return { mechanism: mechanism ?? 'scram-sha-512', username, password };
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  throw half(
    `SASL needs both a user and a password; the ${username === undefined ? 'user' : 'password'} is missing`,
    'Set KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD_FILE or KAFKA_SASL_PASSWORD.',
  );
};

const authOf = ({ username, password, token }: RegistryAccess): RegistryAuth | undefined => {
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    throw half(
      'the registry has both a token and a password',
      'Leave SCHEMA_REGISTRY_TOKEN_FILE, or SCHEMA_REGISTRY_USERNAME and its password, out.',
    );
  }
  if (token !== undefined) return { token: async () => token() };
  if (username !== undefined && password !== undefined) return { username, password };
  if (username === undefined && password === undefined) return undefined;
  throw half(
    `the registry needs both a user and a password; the ${username === undefined ? 'user' : 'password'} is missing`,
    'Set SCHEMA_REGISTRY_USERNAME, and SCHEMA_REGISTRY_PASSWORD_FILE or SCHEMA_REGISTRY_PASSWORD.',
  );
};

const half = (what: string, mend: string): BatonError =>
  new BatonError('invalid-configuration', `Expected whole settings, but ${what}. ${mend}`);
