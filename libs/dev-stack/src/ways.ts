import { BatonError } from '@baton/core';
import { run } from './run';
import { registryPath } from './versions';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What this machine offers, as far as the choice needs it. */
export interface MachineFacts {
  readonly brokers?: string | undefined;
  readonly registry?: string | undefined;
  /** Why no engine can be used, or that one can. */
  readonly docker: { readonly usable: true } | { readonly usable: false; readonly because: string };
  /** Major version, undefined if there is no Java. */
  readonly java: number | undefined;
  readonly maven: boolean;
  /** Whether Kafka and the registry were downloaded before, so that Maven is not needed. */
  readonly downloaded: boolean;
}

export type WayChoice =
  | { readonly way: 'environment'; readonly brokers: readonly string[]; readonly registry: string }
  | { readonly way: 'docker' }
  | { readonly way: 'java' };

const oldestJava = 17;

/** The first way that is open: addresses in the environment, a Docker engine, Java with Maven. */
export const chooseWay = (facts: MachineFacts): WayChoice => {
  const brokers = (facts.brokers ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter(Boolean);
  const registry = (facts.registry ?? '').trim().replace(/\/+$/, '');
  if (brokers.length > 0 && registry !== '') return { way: 'environment', brokers, registry };
  if (brokers.length > 0 || registry !== '') throw halfSet(brokers.length > 0);
  if (facts.docker.usable) return { way: 'docker' };
  if ((facts.java ?? 0) >= oldestJava && (facts.maven || facts.downloaded)) return { way: 'java' };
  throw nothingThere(facts);
};

const halfSet = (brokersSet: boolean): BatonError => {
  const [set, missing] = brokersSet
    ? ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL']
    : ['SCHEMA_REGISTRY_URL', 'KAFKA_BROKERS'];
  return new BatonError(
    'invalid-configuration',
    `${set} is set, but ${missing} is not. Set both to use servers that run already, or neither to have them started.`,
  );
};

const nothingThere = ({ docker, java, maven }: MachineFacts): BatonError => {
  const missing = [
    'KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set',
    docker.usable ? [] : docker.because,
    (java ?? 0) >= oldestJava
      ? []
      : java === undefined
        ? 'java was not found'
        : `Java ${java} is older than ${oldestJava}`,
    maven ? [] : 'mvn (Maven) was not found',
  ].flat();
  return new BatonError(
    'stack-unavailable',
    [
      `No Kafka broker and schema registry, and no way to start them: ${missing.join('; ')}.`,
      'Do one of these three:',
      `  1. Set KAFKA_BROKERS=host:port and SCHEMA_REGISTRY_URL=http://host:port${registryPath} to servers that run already.`,
      '  2. Install Docker with Compose, and start its engine.',
      `  3. Install Java ${oldestJava} or newer, and Maven.`,
    ].join('\n'),
    { details: { missing } },
  );
};

/** Looks at the machine for what a stack of one's own can run on. Addresses in the environment are the caller's to add. */
export const inspectTools = async (env: Environment, downloaded: boolean): Promise<MachineFacts> => {
  const [docker, java, maven] = await Promise.all([
    inspectDocker(env),
    javaVersion(env),
    downloaded ? true : hasMaven(env),
  ]);
  return { docker, java, maven, downloaded };
};

/** The facts of a machine that is not looked at, because the environment says where the servers are. */
export const unexamined: MachineFacts = {
  docker: { usable: false, because: 'docker was not looked for' },
  java: undefined,
  maven: false,
  downloaded: false,
};

const inspectDocker = async (env: Environment): Promise<MachineFacts['docker']> => {
  const engine = await run('docker', ['version', '--format', '{{.Server.Version}}'], {
    env,
    timeoutMs: 10_000,
  });
  if (engine.exitCode === 'not-found') return { usable: false, because: 'docker was not found' };
  if (engine.exitCode !== 0) return { usable: false, because: 'docker is installed, but no engine answers' };
  const compose = await run('docker', ['compose', 'version'], { env, timeoutMs: 10_000 });
  return compose.exitCode === 0
    ? { usable: true }
    : { usable: false, because: 'docker runs, but `docker compose` is missing' };
};

const javaVersion = async (env: Environment): Promise<number | undefined> => {
  const { exitCode, output } = await run(javaCommand(env), ['-version'], { env, timeoutMs: 10_000 });
  return exitCode === 0 ? parseJavaVersion(output) : undefined;
};

/** Major version from the text of `java -version`: 8 is written 1.8. */
export const parseJavaVersion = (text: string): number | undefined => {
  const found = /version "(?:1\.)?(\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** JAVA_HOME counts before PATH, as for Java's own tools. */
export const javaCommand = (env: Environment): string =>
  env.JAVA_HOME ? `${env.JAVA_HOME}/bin/java` : 'java';

const hasMaven = async (env: Environment): Promise<boolean> =>
  (await run('mvn', ['--version'], { env, timeoutMs: 20_000 })).exitCode === 0;
