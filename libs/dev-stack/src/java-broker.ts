import { randomBytes, randomUUID } from 'node:crypto';
import { access, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import { brokerLogging, brokerSettings, renderProperties } from './broker-config';
import type { Downloads } from './downloads';
import type { EngineState } from './engine';
import { scramArguments, withListeners } from './extra-listeners';
import { launchJava, quickStart } from './java-process';
import { nodeOf, nodePorts } from './nodes';
import type { ProcessIdentity } from './process-identity';
import { run } from './run';
import { mountDisk, smallDiskOf } from './small-disk';
import type { BrokerPart } from './state';
import { type Environment, javaCommand } from './ways';

export interface BrokerLaunch {
  readonly state: EngineState;
  readonly downloads: Downloads;
  readonly env: Environment;
  readonly log: string;
}

/** Formats a broker's storage if it is new, and starts it. */
export const launchBroker = async (
  part: BrokerPart,
  { state, downloads, env, log }: BrokerLaunch,
): Promise<ProcessIdentity> => {
  const folder = join(state.dataDir, part);
  const { settings: own, listeners, scramUsers, heapMb, smallDisk } = state.brokerOptions ?? {};
  const files = {
    settings: join(folder, 'server.properties'),
    logging: join(folder, 'log4j2.properties'),
    data: dataFolderOf(state, part),
  };
  await mkdir(folder, { recursive: true });
  const disk = smallDiskOf(state);
  if (smallDisk !== undefined && disk !== undefined && files.data.startsWith(disk))
    await mountDisk(disk, smallDisk.sizeMb, env);
  const usual = brokerSettings(state.ports, files.data, nodeOf(part));
  const settings = withListeners({ ...usual, ...own }, listeners);
  await writeFile(files.settings, renderProperties(settings));
  await writeFile(files.logging, brokerLogging);
  const storage = { clusterId: await clusterIdOf(state), more: scramArguments(scramUsers) };
  await formatOnce(files, storage, { downloads, env });
  const args = [
    '-XX:+UseSerialGC',
    '-Xshare:auto',
    ...heap(nodePorts(state.ports).length, heapMb),
    `-Dlog4j2.configurationFile=${files.logging}`,
    '-cp',
    join(downloads.kafka, '*'),
    'kafka.Kafka',
    files.settings,
  ];
  return launchJava(args, { log, cwd: folder, env });
};

/** The heap may grow where many tests share a broker, and the full compiler pays under their load. */
const heap = (brokers: number, heapMb = brokers === 1 ? 768 : 320): readonly string[] => [
  `-Xms${Math.min(heapMb, brokers === 1 ? 256 : 128)}m`,
  `-Xmx${heapMb}m`,
];

/** Where a broker keeps its messages. */
export const dataFolderOf = (state: EngineState, part: BrokerPart): string => {
  const { smallDisk, dataDir } = state.brokerOptions ?? {};
  const disk = smallDiskOf(state);
  if (disk !== undefined && (smallDisk?.node ?? 1) === nodeOf(part)) return join(disk, 'data');
  return join(dataDir ?? state.dataDir, part, 'data');
};

/** One identity for all brokers of a stack, drawn by whichever starts first; it stays as long as the data. */
const clusterIdOf = async ({ dataDir }: EngineState): Promise<string> => {
  const file = join(dataDir, 'cluster-id');
  const id = randomBytes(16).toString('base64url');
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, id.startsWith('-') ? `A${id.slice(1)}` : id);
  await link(draft, file).catch(() => {});
  await rm(draft);
  return readFile(file, 'utf8');
};

/** Gives empty storage its identity. Formatted storage is left as it is. */
const formatOnce = async (
  { settings, logging, data }: { settings: string; logging: string; data: string },
  { clusterId, more }: { clusterId: string; more: readonly string[] },
  { downloads, env }: { downloads: Downloads; env: Environment },
): Promise<void> => {
  const formatted = await access(join(data, 'meta.properties')).then(
    () => true,
    () => false,
  );
  if (formatted) return;
  const { exitCode, output } = await run(
    javaCommand(env),
    [
      ...quickStart,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      join(downloads.kafka, '*'),
      'kafka.tools.StorageTool',
      'format',
      '--ignore-formatted',
      `--cluster-id=${clusterId}`,
      '--config',
      settings,
      ...more,
    ],
    { env },
  );
  if (exitCode !== 0)
    throw new BatonError(
      'stack-unavailable',
      `Expected Kafka to format its storage in ${data}, but it failed. Mend what it says, or remove the folder. Kafka said:\n${output.trim()}`,
    );
};
