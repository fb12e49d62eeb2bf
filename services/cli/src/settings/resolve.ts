import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BatonError, withoutCredentials } from '@baton/core';
import { findSchemasFolder, readProjectFile, readStackState, readUserFile, splitList } from './files';
import { resolveAccess } from './resolve-access';
import type { Settings } from './settings';
import { first, fromFiles, notSet, type Sources, type Surroundings, variable } from './sources';

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

const resolveAddresses = ({ flags, env, files, cwd }: Sources): Pick<Settings, 'brokers' | 'registry'> => {
  const brokers = first<readonly string[]>(
    [brokerList(flags.brokers), 'flag --brokers'],
    [brokerList(env.KAFKA_BROKERS), variable('KAFKA_BROKERS')],
    ...fromFiles(files, (file) => file.brokers),
  );
  const registry = first<string>(
    [baseUrl(withoutSecret(flags.registry)), 'flag --registry'],
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

const brokerList = (text: string | undefined): readonly string[] | undefined => {
  if (!text) return undefined;
  const brokers = splitList(text);
  if (brokers.length > 0 && brokers.every((broker) => /^\S+:\d+$/.test(broker))) return brokers;
  throw new BatonError(
    'invalid-configuration',
    `Expected brokers as host:port, separated by commas, got "${withoutCredentials(text)}".`,
  );
};

/** Arguments are seen by everybody who lists processes. */
const withoutSecret = (url: string | undefined): string | undefined => {
  if (url === undefined || withoutCredentials(url) === url) return url;
  throw new BatonError(
    'invalid-configuration',
    `Expected --registry without name and password, got "${withoutCredentials(url)}". Set SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD_FILE instead.`,
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
