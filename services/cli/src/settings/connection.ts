import { type MigrationKey, readMigrationKey } from '@baton/control';
import {
  brokerAccess,
  type CertificateFiles,
  type KafkaPortsOptions,
  type RegistryOptions,
  readSecretFile,
  registryAccess,
} from '@baton/kafka';
import type { Setting, Settings } from './settings';

/** How the brokers are reached, and who we say we are; throws `invalid-configuration` where half of it is missing. */
export const connectionOptions = (
  settings: Settings,
): Pick<KafkaPortsOptions, 'brokers'> & Pick<Partial<KafkaPortsOptions>, 'tls' | 'sasl'> => ({
  brokers: settings.brokers.value ?? [],
  ...brokerAccess({
    ssl: settings.ssl.value,
    files: paths({ ca: settings.caFile, cert: settings.certFile, key: settings.keyFile }),
    mechanism: settings.saslMechanism.value,
    username: settings.saslUsername.value,
    password: settings.saslPassword.value?.reveal(),
  }),
});

/** The same for the registry. */
export const registryOptions = (settings: Settings): RegistryOptions => ({
  url: settings.registry.value ?? '',
  ...registryAccess({
    files: paths({
      ca: settings.registryCaFile,
      cert: settings.registryCertFile,
      key: settings.registryKeyFile,
    }),
    username: settings.registryUsername.value,
    password: settings.registryPassword.value?.reveal(),
    token: settings.registryToken.value?.reveal,
  }),
});

const paths = ({
  ca,
  cert,
  key,
}: Readonly<Record<keyof CertificateFiles, Setting<string | undefined>>>): CertificateFiles => ({
  ca: ca.value,
  cert: cert.value,
  key: key.value,
});

/** The migration key; `undefined` where none is configured. */
export const migrationKey = ({ migrationKeyFile }: Settings): MigrationKey | undefined =>
  migrationKeyFile.value === undefined ? undefined : readMigrationKey(readSecretFile(migrationKeyFile.value));
