import { resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { findSchemasFolder, type ProjectFile, readProjectFile, readStackState, splitList } from './files';
import type { Setting, SettingFlags, Settings } from './settings';

interface Surroundings {
  readonly flags: SettingFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Finds every setting: a flag wins over the environment, that over `baton.yaml`, that over a running stack. */
export const resolveSettings = ({ flags, env, cwd }: Surroundings): Settings => {
  const project = readProjectFile(cwd);
  const brokers = first<readonly string[]>(
    [brokerList(flags.brokers), 'flag --brokers'],
    [brokerList(env.KAFKA_BROKERS), 'environment KAFKA_BROKERS'],
    [project?.brokers, project?.file],
  );
  const registry = first<string>(
    [baseUrl(flags.registry), 'flag --registry'],
    [baseUrl(env.SCHEMA_REGISTRY_URL), 'environment SCHEMA_REGISTRY_URL'],
    [baseUrl(project?.registry), project?.file],
  );
  const stack = brokers && registry ? undefined : readStackState(cwd);
  return {
    brokers: brokers ?? first<readonly string[]>([stack?.brokers, stack?.file]) ?? notSet,
    registry: registry ?? first<string>([baseUrl(stack?.registry), stack?.file]) ?? notSet,
    schemas: schemasFolder(flags.schemas, project, cwd),
    controlTopic: first<string>(
      [flags.controlTopic, 'flag --control-topic'],
      [env.CONTROL_TOPIC, 'environment CONTROL_TOPIC'],
      [project?.controlTopic, project?.file],
    ) ?? { value: 'baton.control', origin: 'default' },
    presenceTopic: first<string>(
      [flags.presenceTopic, 'flag --presence-topic'],
      [env.PRESENCE_TOPIC, 'environment PRESENCE_TOPIC'],
      [project?.presenceTopic, project?.file],
    ) ?? { value: 'baton.presence', origin: 'default' },
  };
};

const notSet: Setting<undefined> = { value: undefined, origin: 'not set' };

const first = <T>(
  ...sources: readonly (readonly [T | undefined, string | undefined])[]
): Setting<T> | undefined => {
  for (const [value, origin = ''] of sources) {
    if (value !== undefined && value !== '') return { value, origin };
  }
  return undefined;
};

const schemasFolder = (
  flag: string | undefined,
  project: ProjectFile | undefined,
  cwd: string,
): Settings['schemas'] =>
  first<string>(
    [flag && resolve(cwd, flag), 'flag --schemas'],
    [project?.schemas, project?.file],
    [findSchemasFolder(cwd), 'nearest folder with event types'],
  ) ?? notSet;

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
    `Expected the registry's base URL, such as http://127.0.0.1:8081, got "${text}".`,
  );
};
