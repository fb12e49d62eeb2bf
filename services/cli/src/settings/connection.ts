import { type MigrationKey, readMigrationKey } from '@baton/control';
import { BatonError } from '@baton/core';
import {
  type KafkaPortsOptions,
  type RegistryAuth,
  readSecretFile,
  type SaslOptions,
  type TlsOptions,
} from '@baton/kafka';
import type { SaslMechanism, Setting, Settings } from './settings';

/** How the brokers are reached, and who we say we are; throws `invalid-configuration` where half of it is missing. */
export const connectionOptions = (
  settings: Settings,
): Pick<KafkaPortsOptions, 'brokers'> & Pick<Partial<KafkaPortsOptions>, 'tls' | 'sasl'> => {
  const tls = brokerTls(settings);
  const sasl = saslOf(settings);
  return {
    brokers: settings.brokers.value ?? [],
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  };
};

const brokerTls = ({ ssl, caFile, certFile, keyFile }: Settings): TlsOptions | undefined => {
  if (ssl.value) return tlsOf({ ca: caFile, cert: certFile, key: keyFile });
  const given = [caFile, certFile, keyFile].find(({ value }) => value !== undefined);
  if (given === undefined) return undefined;
  throw half(
    `TLS is off (${ssl.origin}), but a certificate file is given (${given.origin})`,
    'Set KAFKA_SSL=true, or leave the file out.',
  );
};

type CertificateFiles = Readonly<Record<'ca' | 'cert' | 'key', Setting<string | undefined>>>;

const tlsOf = ({ ca, cert, key }: CertificateFiles): TlsOptions => ({
  ...(ca.value === undefined ? {} : { ca: readSecretFile(ca.value) }),
  ...(cert.value === undefined ? {} : { cert: readSecretFile(cert.value) }),
  ...(key.value === undefined ? {} : { key: readSecretFile(key.value) }),
});

const defaultMechanism: SaslMechanism = 'scram-sha-512';

const saslOf = ({
  saslMechanism: { value: mechanism },
  saslUsername: { value: username },
  saslPassword: { value: password },
}: Settings): SaslOptions | undefined => {
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) {
    return { mechanism: mechanism ?? defaultMechanism, username, password: password.reveal() };
  }
  throw half(
    `SASL needs both a user and a password; the ${username === undefined ? 'user' : 'password'} is missing`,
    'Set KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE.',
  );
};

/** How the registry is reached, apart from its address. */
export const registryAccess = (
  settings: Settings,
): { readonly auth?: RegistryAuth; readonly tls?: TlsOptions } => {
  const auth = registryAuth(settings);
  const tls = tlsOf({
    ca: settings.registryCaFile,
    cert: settings.registryCertFile,
    key: settings.registryKeyFile,
  });
  return {
    ...(auth === undefined ? {} : { auth }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
};

const registryAuth = ({
  registryUsername: { value: username },
  registryPassword: { value: password },
  registryToken: { value: token },
}: Settings): RegistryAuth | undefined => {
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    throw half(
      'the registry has both a token and a password',
      'Leave SCHEMA_REGISTRY_TOKEN or SCHEMA_REGISTRY_USERNAME and _PASSWORD out.',
    );
  }
  if (token !== undefined) return { token: async () => token.reveal() };
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { username, password: password.reveal() };
  throw half(
    'the registry needs both a user and a password',
    'Set SCHEMA_REGISTRY_USERNAME, and SCHEMA_REGISTRY_PASSWORD or SCHEMA_REGISTRY_PASSWORD_FILE.',
  );
};

/** The migration key; `undefined` where none is configured. */
export const migrationKey = ({ migrationKeyFile }: Settings): MigrationKey | undefined =>
  migrationKeyFile.value === undefined ? undefined : readMigrationKey(readSecretFile(migrationKeyFile.value));

const half = (what: string, mend: string): BatonError =>
  new BatonError('invalid-configuration', `Expected whole settings, but ${what}. ${mend}`);
