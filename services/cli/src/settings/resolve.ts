import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BatonError } from '@baton/core';
import {
  findSchemasFolder,
  readProjectFile,
  readStackState,
  readUserFile,
  type SettingsFile,
  splitList,
} from './files';
import { type Secret, secret, withoutCredentials } from './secret';
import {
  type SaslMechanism,
  type Setting,
  type SettingFlags,
  type Settings,
  saslMechanisms,
} from './settings';

interface Surroundings {
  readonly flags: SettingFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Finds every setting: a flag wins over the environment, that over `baton.yaml`, that over the user's file, that over a running stack. */
export const resolveSettings = ({ flags, env, cwd }: Surroundings): Settings => {
  const files = [readProjectFile(cwd), readUserFile(env)].filter((file) => file !== undefined);
  const sources = { flags, env, files, cwd };
  const addresses = resolveAddresses(sources);
  const schemas = resolveSchemas(sources);
  return {
    ...addresses,
    schemas,
    eventTypes: resolveEventTypes(sources, schemas.value),
    ...resolveTopics(sources),
    ...resolveAccess(sources),
  };
};

interface Sources extends Surroundings {
  readonly files: readonly SettingsFile[];
}

type Candidate<T> = readonly [T | undefined, string | undefined];

const notSet: Setting<undefined> = { value: undefined, origin: 'not set' };

const first = <T>(...candidates: readonly Candidate<T>[]): Setting<T> | undefined => {
  for (const [value, origin = ''] of candidates) {
    if (value !== undefined && value !== '') return { value, origin };
  }
  return undefined;
};

const fromFiles = <T>(
  files: readonly SettingsFile[],
  read: (file: SettingsFile) => T | undefined,
): readonly Candidate<T>[] => files.map((one) => [read(one), one.file]);

const variable = (name: string): string => `environment ${name}`;

const resolveAddresses = ({ flags, env, files, cwd }: Sources): Pick<Settings, 'brokers' | 'registry'> => {
  const brokers = first<readonly string[]>(
    [brokerList(flags.brokers), 'flag --brokers'],
    [brokerList(env.KAFKA_BROKERS), variable('KAFKA_BROKERS')],
    ...fromFiles(files, (file) => file.brokers),
  );
  const registry = first<string>(
    [baseUrl(flags.registry), 'flag --registry'],
    [baseUrl(env.SCHEMA_REGISTRY_URL), variable('SCHEMA_REGISTRY_URL')],
    ...fromFiles(files, (file) => baseUrl(file.registry)),
  );
  const stack = brokers && registry ? undefined : readStackState(cwd);
  return {
    brokers: brokers ?? first<readonly string[]>([stack?.brokers, stack?.file]) ?? notSet,
    registry: registry ?? first<string>([baseUrl(stack?.registry), stack?.file]) ?? notSet,
  };
};

const resolveSchemas = ({ flags, files, cwd }: Sources): Settings['schemas'] =>
  first<string>(
    [flags.schemas && resolve(cwd, flags.schemas), 'flag --schemas'],
    ...fromFiles(files, (file) => file.schemas),
    [findSchemasFolder(cwd), 'nearest folder with event types'],
  ) ?? notSet;

const resolveEventTypes = (
  { flags, env, files, cwd }: Sources,
  schemas: string | undefined,
): Settings['eventTypes'] => {
  const beside = schemas === undefined ? undefined : join(schemas, 'dist', 'index.js');
  return (
    first<string>(
      [flags.eventTypes && resolve(cwd, flags.eventTypes), 'flag --event-types'],
      [env.BATON_EVENT_TYPES && resolve(cwd, env.BATON_EVENT_TYPES), variable('BATON_EVENT_TYPES')],
      ...fromFiles(files, (file) => file.eventTypes),
      [beside && existsSync(beside) ? beside : undefined, 'compiled beside the schemas'],
    ) ?? notSet
  );
};

const resolveTopics = ({ flags, env, files }: Sources): Pick<Settings, 'controlTopic' | 'presenceTopic'> => ({
  controlTopic: first<string>(
    [flags.controlTopic, 'flag --control-topic'],
    [env.CONTROL_TOPIC, variable('CONTROL_TOPIC')],
    ...fromFiles(files, (file) => file.controlTopic),
  ) ?? { value: 'baton.control', origin: 'default' },
  presenceTopic: first<string>(
    [flags.presenceTopic, 'flag --presence-topic'],
    [env.PRESENCE_TOPIC, variable('PRESENCE_TOPIC')],
    ...fromFiles(files, (file) => file.presenceTopic),
  ) ?? { value: 'baton.presence', origin: 'default' },
});

type Access = Pick<
  Settings,
  | 'ssl'
  | 'caFile'
  | 'saslMechanism'
  | 'saslUsername'
  | 'saslPassword'
  | 'registryUsername'
  | 'registryPassword'
>;

const resolveAccess = ({ env, files, cwd }: Sources): Access => {
  const caFile =
    first<string>(
      [env.KAFKA_CA_FILE && resolve(cwd, env.KAFKA_CA_FILE), variable('KAFKA_CA_FILE')],
      ...fromFiles(files, (file) => file.caFile),
    ) ?? notSet;
  const ssl = first<boolean>(
    [booleanOf(env.KAFKA_SSL, 'KAFKA_SSL'), variable('KAFKA_SSL')],
    ...fromFiles(files, (file) => file.ssl),
    [caFile.value === undefined ? undefined : true, `a certificate file, by ${caFile.origin}`],
  );
  return {
    ssl: ssl ?? { value: false, origin: 'default' },
    caFile,
    saslMechanism:
      first<SaslMechanism>(
        [mechanismOf(env.KAFKA_SASL_MECHANISM), variable('KAFKA_SASL_MECHANISM')],
        ...fromFiles(files, (file) => file.sasl?.mechanism),
      ) ?? notSet,
    saslUsername:
      first<string>(
        [env.KAFKA_SASL_USERNAME, variable('KAFKA_SASL_USERNAME')],
        ...fromFiles(files, (file) => file.sasl?.username),
      ) ?? notSet,
    saslPassword: password('KAFKA_SASL_PASSWORD', { env, cwd }, (file) => file.sasl?.passwordFile, files),
    registryUsername:
      first<string>(
        [env.SCHEMA_REGISTRY_USERNAME, variable('SCHEMA_REGISTRY_USERNAME')],
        ...fromFiles(files, (file) => file.registryAuth?.username),
      ) ?? notSet,
    registryPassword: password(
      'SCHEMA_REGISTRY_PASSWORD',
      { env, cwd },
      (file) => file.registryAuth?.passwordFile,
      files,
    ),
  };
};

const password = (
  name: string,
  { env, cwd }: Pick<Surroundings, 'env' | 'cwd'>,
  inFile: (file: SettingsFile) => string | undefined,
  files: readonly SettingsFile[],
): Setting<Secret | undefined> => {
  const given = env[name];
  const path = env[`${name}_FILE`];
  const [fromFile] = fromFiles(files, inFile).filter(([value]) => value !== undefined);
  if (given) return { value: secret(given), origin: variable(name) };
  if (path) return { value: readSecret(resolve(cwd, path)), origin: variable(`${name}_FILE`) };
  if (fromFile?.[0] !== undefined) return { value: readSecret(fromFile[0]), origin: fromFile[1] ?? '' };
  return notSet;
};

const readSecret = (file: string): Secret => {
  try {
    return secret(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
  } catch (cause) {
    throw new BatonError(
      'invalid-configuration',
      `Expected a file with a password at ${file}, found none that can be read.`,
      {
        cause,
      },
    );
  }
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

const brokerList = (text: string | undefined): readonly string[] | undefined => {
  if (!text) return undefined;
  const brokers = splitList(text);
  if (brokers.length > 0 && brokers.every((broker) => /^\S+:\d+$/.test(broker))) return brokers;
  throw new BatonError(
    'invalid-configuration',
    `Expected brokers as host:port, separated by commas, got "${text}".`,
  );
};

const baseUrl = (text: string | undefined): string | undefined => {
  if (!text) return undefined;
  if (/^https?:\/\/\S+$/.test(text)) return text.replace(/\/+$/, '');
  throw new BatonError(
    'invalid-configuration',
    `Expected the registry's base URL, such as http://127.0.0.1:8081, got "${withoutCredentials(text)}".`,
  );
};
