import { BatonError } from '@baton/core';
import type { KafkaConfig } from 'kafkajs';

/** TLS, with everything as PEM text; empty means: trust whom the system trusts, and show no certificate. */
export interface TlsOptions {
  /** Whom to trust instead of the system's authorities. */
  readonly ca?: string;
  /** Our own certificate, for servers that ask for one (mutual TLS); with `key`. */
  readonly cert?: string;
  readonly key?: string;
  /** Of `key`, where it is encrypted. */
  readonly passphrase?: string;
}

/** Who we say we are. `token` is asked at every connection, and again before a session ends. */
export type SaslOptions =
  | {
      readonly mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: () => Promise<string> };

const tlsKeys: ReadonlySet<string> = new Set(['ca', 'cert', 'key', 'passphrase']);

/** Throws `invalid-configuration` for TLS that would trust anybody or is half given. */
export const checkTls = (tls: TlsOptions, whom: string): TlsOptions => {
  const unknown = Object.keys(tls).filter((key) => !tlsKeys.has(key));
  if (unknown.length > 0) {
    throw unsafe(
      `Expected TLS to the ${whom} that verifies it, set by ${[...tlsKeys].join(', ')}, got ${unknown.join(', ')}. Verification cannot be turned off: give the authority as ca instead.`,
    );
  }
  if ((tls.cert === undefined) === (tls.key === undefined)) return tls;
  throw unsafe(
    `Expected a certificate for the ${whom} with its key, got only the ${tls.cert === undefined ? 'key' : 'certificate'}. Give both, or none.`,
  );
};

/** What kafkajs needs of both; throws `invalid-configuration` where a password or token would travel in the clear. */
export const securityOf = ({
  tls,
  sasl,
}: {
  readonly tls?: TlsOptions | undefined;
  readonly sasl?: SaslOptions | undefined;
}): Pick<KafkaConfig, 'ssl' | 'sasl'> => {
  if (sasl !== undefined && tls === undefined && !sasl.mechanism.startsWith('scram-')) {
    throw unsafe(
      `Expected TLS where SASL ${sasl.mechanism} is used, got none: the secret would travel in the clear. Turn TLS on, or use scram-sha-512.`,
    );
  }
  return {
    ...(tls === undefined ? {} : { ssl: { ...checkTls(tls, 'brokers'), rejectUnauthorized: true } }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  };
};

const saslOf = (sasl: SaslOptions): NonNullable<KafkaConfig['sasl']> => {
  switch (sasl.mechanism) {
    case 'oauthbearer': {
      const { mechanism, token } = sasl;
      return { mechanism, oauthBearerProvider: async () => ({ value: await token() }) };
    }
    case 'plain':
      return { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password };
    case 'scram-sha-256':
      return { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password };
    case 'scram-sha-512':
      return { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password };
  }
};

const unsafe = (text: string): BatonError => new BatonError('invalid-configuration', text);
