import { resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { readSecretFile } from '@baton/kafka';
import type { SettingsFile } from './files';
import { type Secret, secret } from './secret';
import { type SaslMechanism, type Setting, type Settings, saslMechanisms } from './settings';
import { first, fromFiles, notSet, type Sources, variable } from './sources';

type Access = Pick<
  Settings,
  | 'migrationKeyFile'
  | 'ssl'
  | 'caFile'
  | 'certFile'
  | 'keyFile'
  | 'saslMechanism'
  | 'saslUsername'
  | 'saslPassword'
  | 'registryUsername'
  | 'registryPassword'
  | 'registryToken'
  | 'registryCaFile'
  | 'registryCertFile'
  | 'registryKeyFile'
>;

/** How brokers and registry are to be trusted, and who we say we are. */
export const resolveAccess = (sources: Sources): Access => {
  const { env, files } = sources;
  const path = pathIn(sources);
  const text = textIn(sources);
  const secretOf = secretIn(sources);
  const ssl = first<boolean>(
    [booleanOf(env.KAFKA_SSL, 'KAFKA_SSL'), variable('KAFKA_SSL')],
    ...fromFiles(files, (file) => file.ssl),
  );
  return {
    migrationKeyFile: path('MIGRATION_KEY_FILE', (file) => file.migrationKeyFile),
    ssl: ssl ?? notSet,
    caFile: path('KAFKA_CA_FILE', (file) => file.caFile),
    certFile: path('KAFKA_CERT_FILE', (file) => file.certFile),
    keyFile: path('KAFKA_KEY_FILE', (file) => file.keyFile),
    saslMechanism:
      first<SaslMechanism>(
        [mechanismOf(env.KAFKA_SASL_MECHANISM), variable('KAFKA_SASL_MECHANISM')],
        ...fromFiles(files, (file) => file.sasl?.mechanism),
      ) ?? notSet,
    saslUsername: text('KAFKA_SASL_USERNAME', (file) => file.sasl?.username),
    saslPassword: secretOf('KAFKA_SASL_PASSWORD', (file) => file.sasl?.passwordFile),
    registryUsername: text('SCHEMA_REGISTRY_USERNAME', (file) => file.registryAuth?.username),
    registryPassword: secretOf('SCHEMA_REGISTRY_PASSWORD', (file) => file.registryAuth?.passwordFile),
    registryToken: secretOf('SCHEMA_REGISTRY_TOKEN', (file) => file.registryAuth?.tokenFile),
    registryCaFile: path('SCHEMA_REGISTRY_CA_FILE', (file) => file.registryTls?.caFile),
    registryCertFile: path('SCHEMA_REGISTRY_CERT_FILE', (file) => file.registryTls?.certFile),
    registryKeyFile: path('SCHEMA_REGISTRY_KEY_FILE', (file) => file.registryTls?.keyFile),
  };
};

type InFile = (file: SettingsFile) => string | undefined;

const textIn =
  ({ env, files }: Sources) =>
  (name: string, inFile: InFile): Setting<string | undefined> =>
    first<string>([env[name], variable(name)], ...fromFiles(files, inFile)) ?? notSet;

const pathIn =
  ({ env, files, cwd }: Sources) =>
  (name: string, inFile: InFile): Setting<string | undefined> => {
    const given = env[name];
    return (
      first<string>([given && resolve(cwd, given), variable(name)], ...fromFiles(files, inFile)) ?? notSet
    );
  };

/** A secret from a variable, or from a file that a variable with the ending `_FILE` or a settings file names. */
const secretIn =
  ({ env, files, cwd }: Sources) =>
  (name: string, inFile: InFile): Setting<Secret | undefined> => {
    const given = env[name];
    if (given) return { value: secret(given), origin: variable(name) };
    const named = env[`${name}_FILE`];
    const file = first<string>(
      [named && resolve(cwd, named), variable(`${name}_FILE`)],
      ...fromFiles(files, inFile),
    );
    return file === undefined ? notSet : { value: secret(readSecretFile(file.value)), origin: file.origin };
  };

const booleanOf = (text: string | undefined, name: string): boolean | undefined => {
  if (!text) return undefined;
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new BatonError('invalid-configuration', `Expected ${name} to be true or false, got "${text}".`);
};

const mechanismOf = (text: string | undefined): SaslMechanism | undefined => {
  if (!text) return undefined;
  const found = saslMechanisms.find((one) => one === text.toLowerCase());
  if (found !== undefined) return found;
  throw new BatonError(
    'invalid-configuration',
    `Expected KAFKA_SASL_MECHANISM to be one of ${saslMechanisms.join(', ')}, got "${text}".`,
  );
};
