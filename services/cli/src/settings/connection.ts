import { readFileSync } from 'node:fs';
import { BatonError } from '@baton/core';
import type { KafkaPortsOptions } from '@baton/kafka';
import type { SaslMechanism, Settings } from './settings';

/** How the brokers are reached, and who we say we are; throws `invalid-configuration` where half of it is missing. */
export const connectionOptions = (
  settings: Settings,
): Pick<KafkaPortsOptions, 'brokers'> & Pick<Partial<KafkaPortsOptions>, 'ssl' | 'sasl'> => ({
  brokers: settings.brokers.value ?? [],
  ...tlsOf(settings),
  ...saslOf(settings),
});

const tlsOf = ({ ssl, caFile }: Settings): Pick<Partial<KafkaPortsOptions>, 'ssl'> => {
  if (!ssl.value) {
    if (caFile.value === undefined) return {};
    throw half(
      `TLS is off (${ssl.origin}), but a certificate file is given (${caFile.origin})`,
      'Set KAFKA_SSL=true, or leave the file out.',
    );
  }
  return { ssl: caFile.value === undefined ? true : { ca: [readCertificate(caFile.value)] } };
};

const readCertificate = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BatonError(
      'invalid-configuration',
      `Expected certificates at ${file}, found no file that can be read.`,
      {
        cause,
      },
    );
  }
};

const saslOf = ({
  saslMechanism: { value: mechanism },
  saslUsername: { value: username },
  saslPassword: { value: password },
}: Settings): Pick<Partial<KafkaPortsOptions>, 'sasl'> => {
  if (mechanism === undefined && username === undefined && password === undefined) return {};
  if (username === undefined || password === undefined) {
    throw half(
      `SASL needs both a user and a password; the ${username === undefined ? 'user' : 'password'} is missing`,
      'Set KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE.',
    );
  }
  return { sasl: saslWith(mechanism ?? 'plain', { username, password: password.reveal() }) };
};

const saslWith = (
  mechanism: SaslMechanism,
  who: { username: string; password: string },
): NonNullable<KafkaPortsOptions['sasl']> => {
  switch (mechanism) {
    case 'plain':
      return { mechanism, ...who };
    case 'scram-sha-256':
      return { mechanism, ...who };
    case 'scram-sha-512':
      return { mechanism, ...who };
  }
};

/** The credentials for the registry, where they are given apart from its address. */
export const registryAuth = ({
  registryUsername: { value: username },
  registryPassword: { value: password },
}: Settings): { readonly username: string; readonly password: string } | undefined => {
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { username, password: password.reveal() };
  throw half(
    'the registry needs both a user and a password',
    'Set SCHEMA_REGISTRY_USERNAME, and SCHEMA_REGISTRY_PASSWORD or SCHEMA_REGISTRY_PASSWORD_FILE.',
  );
};

const half = (what: string, mend: string): BatonError =>
  new BatonError('invalid-configuration', `Expected whole settings, but ${what}. ${mend}`);
