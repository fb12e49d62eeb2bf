import { BatonError } from '@baton/core';
import {
  type KafkaPortsOptions,
  type RegistryAuth,
  readSecretFile,
  type SaslOptions,
  type TlsOptions,
} from '@baton/kafka';
import { z } from 'zod';
import { fileSetting, flagSetting } from './settings';

const textSetting = () => z.string({ error: 'a text that is not empty' }).min(1);
const certificate = (what: string) => fileSetting().optional().describe(what);

/** How brokers and registry are to be trusted, and who the service says it is. */
export const accessSettings = {
  KAFKA_SSL: flagSetting()
    .default(false)
    .describe('Whether brokers are reached over TLS; a file with certificates turns it on too.'),
  KAFKA_CA_FILE: certificate('Authorities to trust for the brokers (PEM); those of the system without.'),
  KAFKA_CERT_FILE: certificate('Our certificate, for brokers that ask for one (PEM); with its key.'),
  KAFKA_KEY_FILE: certificate('Key of our certificate (PEM).'),
  KAFKA_SASL_MECHANISM: z
    .enum(['scram-sha-512', 'scram-sha-256', 'plain'], {
      error: 'one of scram-sha-512, scram-sha-256, plain (over TLS only)',
    })
    .default('scram-sha-512')
    .describe('How the user is proven to the brokers.'),
  KAFKA_SASL_USERNAME: textSetting().optional().describe('User at the brokers; no SASL without.'),
  KAFKA_SASL_PASSWORD_FILE: fileSetting().optional().describe('File with the password of that user.'),
  KAFKA_SASL_PASSWORD: textSetting().optional().describe('The password itself, where there is no file.'),
  SCHEMA_REGISTRY_CA_FILE: certificate('Authorities to trust for the registry (PEM).'),
  SCHEMA_REGISTRY_CERT_FILE: certificate('Our certificate for the registry (PEM); with its key.'),
  SCHEMA_REGISTRY_KEY_FILE: certificate('Key of our certificate for the registry (PEM).'),
  SCHEMA_REGISTRY_USERNAME: textSetting().optional().describe('User at the registry.'),
  SCHEMA_REGISTRY_PASSWORD_FILE: fileSetting().optional().describe('File with the password of that user.'),
  SCHEMA_REGISTRY_PASSWORD: textSetting().optional().describe('The password itself, where there is no file.'),
  SCHEMA_REGISTRY_TOKEN_FILE: fileSetting()
    .optional()
    .describe('File with a bearer token for the registry, read anew for each request.'),
} as const;

/** What the settings of access come to. */
export type AccessConfig = Partial<z.output<z.ZodObject<typeof accessSettings>>>;

/** Reads the files that are named; throws `invalid-configuration` where half is missing. */
export const readAccess = (
  config: AccessConfig,
): Pick<Partial<KafkaPortsOptions>, 'tls' | 'sasl' | 'registryAuth' | 'registryTls'> => {
  const tls = brokerTls(config);
  const sasl = saslOf(config);
  const registryTls = tlsOf({
    ca: config.SCHEMA_REGISTRY_CA_FILE,
    cert: config.SCHEMA_REGISTRY_CERT_FILE,
    key: config.SCHEMA_REGISTRY_KEY_FILE,
  });
  const registryAuth = registryAuthOf(config);
  return {
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
    ...(registryTls === undefined ? {} : { registryTls }),
    ...(registryAuth === undefined ? {} : { registryAuth }),
  };
};

const brokerTls = (config: AccessConfig): TlsOptions | undefined => {
  const files = tlsOf({
    ca: config.KAFKA_CA_FILE,
    cert: config.KAFKA_CERT_FILE,
    key: config.KAFKA_KEY_FILE,
  });
  return files ?? (config.KAFKA_SSL === true ? {} : undefined);
};

const tlsOf = (
  files: Readonly<Record<'ca' | 'cert' | 'key', string | undefined>>,
): TlsOptions | undefined => {
  const given = Object.entries(files).flatMap(([name, file]) =>
    file === undefined ? [] : [[name, readSecretFile(file)] as const],
  );
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

const saslOf = (config: AccessConfig): SaslOptions | undefined => {
  const { KAFKA_SASL_MECHANISM: mechanism = 'scram-sha-512', KAFKA_SASL_USERNAME: username } = config;
  const password = secretOf(config.KAFKA_SASL_PASSWORD, config.KAFKA_SASL_PASSWORD_FILE);
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { mechanism, username, password };
  throw half('KAFKA_SASL_USERNAME, and KAFKA_SASL_PASSWORD_FILE or KAFKA_SASL_PASSWORD');
};

const registryAuthOf = (config: AccessConfig): RegistryAuth | undefined => {
  const {
    SCHEMA_REGISTRY_TOKEN_FILE: tokenFile,
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: given,
    SCHEMA_REGISTRY_PASSWORD_FILE: file,
  } = config;
  const password = secretOf(given, file);
  if (tokenFile !== undefined) {
    if (username === undefined && password === undefined)
      return { token: async () => readSecretFile(tokenFile) };
    throw new BatonError(
      'invalid-configuration',
      'Expected one way to be known to the registry, got a token and a password. Leave SCHEMA_REGISTRY_TOKEN_FILE or SCHEMA_REGISTRY_USERNAME and its password out.',
    );
  }
  if (username === undefined && password === undefined) return undefined;
  if (username !== undefined && password !== undefined) return { username, password };
  throw half('SCHEMA_REGISTRY_USERNAME, and SCHEMA_REGISTRY_PASSWORD_FILE or SCHEMA_REGISTRY_PASSWORD');
};

const secretOf = (given: string | undefined, file: string | undefined): string | undefined =>
  given ?? (file === undefined ? undefined : readSecretFile(file));

const half = (both: string): BatonError =>
  new BatonError('invalid-configuration', `Expected ${both}, got only one of them. Set both, or none.`);
