import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kafkaVersion } from '@baton/dev-stack';

/** Where and with what it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Versions of what was measured, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** The commit of the work tree, if there is one. */
  readonly commit?: string;
}

/** Looks at the machine, and at the versions of what the project and the folder of peers have installed. */
export const describeMachine = async (root: string, peersFolder: string): Promise<Machine> => {
  const commit = await commitOf(root);
  const own = versionsIn(root, ['kafkajs', '@kafkajs/confluent-schema-registry', 'avsc', 'pg']);
  const peers = versionsIn(peersFolder, ['@confluentinc/kafka-javascript', 'graphile-worker']);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    versions: { kafka: kafkaVersion, ...own, ...peers },
    ...(commit === undefined ? {} : { commit }),
  };
};

const versionsIn = (folder: string, names: readonly string[]): Record<string, string> => {
  const load = createRequire(join(folder, 'package.json'));
  return Object.fromEntries(names.flatMap((name) => versionOf(load, name)));
};

const versionOf = (load: NodeJS.Require, name: string): [string, string][] => {
  try {
    const { version } = load(`${name}/package.json`) as { version: string };
    return [[name, version]];
  } catch {
    return [];
  }
};

const commitOf = (root: string): Promise<string | undefined> =>
  promisify(execFile)('git', ['describe', '--always', '--dirty'], { cwd: root }).then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined,
  );
