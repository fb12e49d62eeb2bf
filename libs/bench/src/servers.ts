import { startPostgres, startStack } from '@baton/dev-stack';
import type { Row } from './row';
import type { Servers } from './run-bench';

export interface ServersDeps {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly peersFolder: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Finds or starts broker and registry, and PostgreSQL, if a row needs them; what is started here is gone with all data
 * afterwards. Servers that the environment names are used as they are.
 */
export const startServers = async (
  needs: ReadonlySet<Row['needs']>,
  { root, env, peersFolder, signal, say }: ServersDeps,
): Promise<Servers> => {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each().catch((error: unknown) => say(String(error)));
  };
  const addresses: NodeJS.ProcessEnv = { BATON_BENCH_PEERS: peersFolder };
  const reporter = { phase: say, progress: () => {} };
  try {
    if (needs.has('broker') || needs.has('postgres')) {
      const given = Boolean(env.KAFKA_BROKERS || env.SCHEMA_REGISTRY_URL);
      const stack = await startStack({ root, env, name: 'bench', ephemeral: !given, signal, reporter });
      stops.push(() => stack.stop());
      addresses.KAFKA_BROKERS = stack.brokers.join(',');
      addresses.SCHEMA_REGISTRY_URL = stack.registry;
    }
    if (needs.has('postgres')) {
      const postgres = await startPostgres({ env, root, reporter });
      stops.push(() => postgres.stop());
      addresses.DATABASE_URL = postgres.url;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: { ...env, ...addresses }, stop };
};
