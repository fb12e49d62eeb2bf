import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { PeerMissing, type World } from './row';

/** How a peer that is not there comes to be there. */
export const howToInstall = 'npm run bench -- --install-peers';

/** Where peers are installed unless `BATON_BENCH_PEERS` says otherwise. */
export const peersFolderOf = (root: string, env: NodeJS.ProcessEnv): string =>
  env.BATON_BENCH_PEERS || join(root, '.baton', 'bench-peers');

/** Loads a package from the folder of peers; throws `PeerMissing` if it is not installed, or cannot be loaded. */
export const loadPeer = <T>({ env }: World, name: string): T => {
  const folder = env.BATON_BENCH_PEERS;
  if (folder === undefined) throw new PeerMissing(`${name} is not installed (${howToInstall})`);
  try {
    return createRequire(join(folder, 'package.json'))(name) as T;
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new PeerMissing(
      line.includes(`'${name}'`)
        ? `${name} is not installed (${howToInstall})`
        : `${name} is installed but cannot be loaded: ${line}`,
    );
  }
};

/** The class path of Kafka's own tools; throws `PeerMissing` if they are not in the folder of peers. */
export const kafkaToolsClassPath = ({ env }: World): string => {
  const folder = join(env.BATON_BENCH_PEERS ?? '', javaFolder);
  try {
    const jars = readdirSync(folder).filter((file) => file.endsWith('.jar'));
    if (jars.some((file) => file.startsWith('kafka-tools-')))
      return jars.map((jar) => join(folder, jar)).join(delimiter);
  } catch {
    // no such folder
  }
  throw new PeerMissing(`Kafka's own tools are not installed (${howToInstall})`);
};

/** Where Kafka's own tools lie in the folder of peers. */
export const javaFolder = 'kafka-tools';
