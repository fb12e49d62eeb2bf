import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BatonError } from '@baton/core';
import { withLock } from './lock';
import type { Reporter } from './reporter';
import { run } from './run';
import { kafkaVersion, registryVersion } from './versions';
import type { Environment } from './ways';

/** Folders with the two servers, complete once they exist. */
export interface Downloads {
  readonly kafka: string;
  readonly registry: string;
}

export interface DownloadDeps {
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
}

interface Download {
  readonly what: string;
  readonly folder: string;
  readonly totalMb: number;
  readonly mavenArgs: (target: string) => readonly string[];
}

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin';

const kafka: Download = {
  what: `Kafka ${kafkaVersion}`,
  folder: `kafka-${kafkaVersion}`,
  totalMb: 50,
  mavenArgs: (target) => [
    `${plugin}:3.8.1:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${target}`,
  ],
};

const registry: Download = {
  what: `Apicurio Registry ${registryVersion}`,
  folder: `apicurio-registry-${registryVersion}`,
  totalMb: 110,
  mavenArgs: (target) => [
    // Later versions also want the artifact's parent, which a repository need not have and nothing here uses.
    `${plugin}:2.10:unpack`,
    `-Dartifact=io.apicurio:apicurio-registry-app:${registryVersion}:tar.gz:all`,
    `-DoutputDirectory=${target}`,
  ],
};

/** Where downloads are kept: BATON_CACHE, else `baton` in the user's cache folder. */
export const cacheFolder = (env: Environment): string =>
  env.BATON_CACHE || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'baton');

/** Whether both servers are in the cache. */
export const isDownloaded = async (env: Environment): Promise<boolean> =>
  (await Promise.all([kafka, registry].map((item) => exists(join(cacheFolder(env), item.folder))))).every(
    Boolean,
  );

/** Downloads what is not in the cache yet. Starts at the same time wait for each other. */
export const ensureDownloads = async (deps: DownloadDeps): Promise<Downloads> => {
  const cache = cacheFolder(deps.env);
  const downloads = { kafka: join(cache, kafka.folder), registry: join(cache, registry.folder) };
  if (await isDownloaded(deps.env)) return downloads;
  await withLock(
    join(cache, 'download.lock'),
    async () => {
      for (const item of [kafka, registry]) await download(cache, item, deps);
    },
    {
      onWait: () => deps.reporter.phase('Waiting for another start that is downloading'),
      signal: deps.signal,
    },
  );
  return downloads;
};

/** Into a folder aside first, then renamed: the final folder is complete or not there. */
const download = async (cache: string, item: Download, deps: DownloadDeps): Promise<void> => {
  const final = join(cache, item.folder);
  if (await exists(final)) return;
  const draft = await mkdtemp(join(cache, 'download-'));
  try {
    const target = join(draft, 'files');
    await mkdir(target);
    await writeFile(join(draft, 'pom.xml'), pom);
    deps.reporter.phase(`Downloading ${item.what} with Maven to ${cache}`);
    await runMaven(draft, item, target, deps);
    await rename(target, final);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
};

const runMaven = async (cwd: string, item: Download, target: string, deps: DownloadDeps): Promise<void> => {
  const startedAt = Date.now();
  let doneMb = 0;
  const tick = () =>
    deps.reporter.progress({
      what: item.what,
      doneMb,
      totalMb: item.totalMb,
      elapsedMs: Date.now() - startedAt,
    });
  const timer = setInterval(tick, 250);
  try {
    const result = await run('mvn', ['--batch-mode', ...item.mavenArgs(target)], {
      cwd,
      env: deps.env,
      signal: deps.signal,
      onOutput: (text) => {
        doneMb += downloadedMb(text);
      },
    });
    deps.signal?.throwIfAborted();
    if (result.exitCode !== 0) throw mavenFailed(item, result.output);
    deps.reporter.phase(`${item.what} is there (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`);
  } finally {
    clearInterval(timer);
  }
};

const mavenFailed = ({ what }: Download, output: string): BatonError =>
  new BatonError(
    'stack-unavailable',
    `Expected Maven to download ${what}, but it failed. Check the network and Maven's settings, then start again. Maven said:\n${tail(output, 15)}`,
  );

/** Megabytes that Maven reports as downloaded in a piece of its output: "Downloaded from …: … (1.2 MB at 3 MB/s)". */
export const downloadedMb = (text: string): number =>
  [...text.matchAll(/^.*\bDownloaded .*\(([\d.]+) ([kMG]?B) at /gm)].reduce(
    (sum, [, size, unit]) => sum + Number(size) * (megabytes[unit ?? ''] ?? 0),
    0,
  );

const megabytes: Readonly<Record<string, number>> = { B: 1e-6, kB: 1e-3, MB: 1, GB: 1e3 };

const tail = (text: string, lines: number): string => text.trimEnd().split('\n').slice(-lines).join('\n');

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The logging binding is not among the broker's own dependencies; without it a failed start would be silent. */
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>baton</groupId>
  <artifactId>dev-stack-downloads</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${kafkaVersion}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>2.24.3</version>
    </dependency>
  </dependencies>
</project>
`;
