import { brokerAccess, type KafkaPortsOptions, readSecretFile, registryAccess } from '@baton/kafka';
import { z } from 'zod';
import { fileSetting, flagSetting } from './settings';

const textSetting = () => z.string({ error: 'a text that is not empty' }).min(1);
const certificate = (what: string) => fileSetting().optional().describe(what);

/** How brokers and registry are to be trusted, and who the service says it is. */
export const accessSettings = {
  KAFKA_SSL: flagSetting()
    .optional()
    .describe('Whether brokers are reached over TLS; left out, a file with certificates turns it on.'),
  KAFKA_CA_FILE: certificate('Authorities to trust for the brokers (PEM); those of the system without.'),
  KAFKA_CERT_FILE: certificate('Our certificate, for brokers that ask for one (PEM); with its key.'),
  KAFKA_KEY_FILE: certificate('Key of our certificate (PEM).'),
  KAFKA_SASL_MECHANISM: z
    .enum(['scram-sha-512', 'scram-sha-256', 'plain'], {
      error: 'one of scram-sha-512, scram-sha-256, plain (over TLS only)',
    })
    .optional()
    .describe('How the user is proven to the brokers; scram-sha-512 unless set.'),
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
  const registry = registryOf(config);
  return {
    ...brokersOf(config),
    ...(registry.tls === undefined ? {} : { registryTls: registry.tls }),
    ...(registry.auth === undefined ? {} : { registryAuth: registry.auth }),
  };
};

const brokersOf = (config: AccessConfig) =>
  brokerAccess({
    ssl: config.KAFKA_SSL,
    files: { ca: config.KAFKA_CA_FILE, cert: config.KAFKA_CERT_FILE, key: config.KAFKA_KEY_FILE },
    mechanism: config.KAFKA_SASL_MECHANISM,
    username: config.KAFKA_SASL_USERNAME,
    password: secretOf(config.KAFKA_SASL_PASSWORD, config.KAFKA_SASL_PASSWORD_FILE),
  });

const registryOf = (config: AccessConfig) => {
  const { SCHEMA_REGISTRY_TOKEN_FILE: tokenFile } = config;
  return registryAccess({
    files: {
      ca: config.SCHEMA_REGISTRY_CA_FILE,
      cert: config.SCHEMA_REGISTRY_CERT_FILE,
      key: config.SCHEMA_REGISTRY_KEY_FILE,
    },
    username: config.SCHEMA_REGISTRY_USERNAME,
    password: secretOf(config.SCHEMA_REGISTRY_PASSWORD, config.SCHEMA_REGISTRY_PASSWORD_FILE),
    token: tokenFile === undefined ? undefined : () => readSecretFile(tokenFile),
  });
};

const secretOf = (given: string | undefined, file: string | undefined): string | undefined =>
  given ?? (file === undefined ? undefined : readSecretFile(file));
