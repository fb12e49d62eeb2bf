import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaVersion, run } from '@baton/dev-stack';
import { javaFolder } from './peers';

export interface InstallDeps {
  /** Holds the `package.json` and `package-lock.json` of the peers. */
  readonly source: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** The client that is built from source. */
const native = '@confluentinc/kafka-javascript';
const buildLimitMs = 25 * 60_000;
const downloadLimitMs = 10 * 60_000;

/**
 * Installs the peers into a folder of their own, as their own lock file has them. Answers what could not be installed,
 * with the reason; the others are there.
 */
export const installPeers = async (deps: InstallDeps): Promise<readonly string[]> => {
  const { source, folder, say } = deps;
  await mkdir(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await copyFile(join(source, file), join(folder, file));
  say(`Installing packages into ${folder}`);
  const packages = await command(deps, 'npm', { args: ['ci', '--ignore-scripts'], limitMs: downloadLimitMs });
  if (packages !== undefined) return [`The packages were not installed. ${packages}`];
  say(`Building ${native} from source, which takes some minutes`);
  const built = await command(deps, 'npm', { args: ['rebuild', native], limitMs: buildLimitMs });
  const tools = await installKafkaTools(deps);
  return [
    built === undefined ? [] : [`${native} was not built. ${built}\n${nativeNeeds}`],
    tools === undefined ? [] : [`Kafka's own tools were not installed. ${tools}`],
  ].flat();
};

const nativeNeeds =
  'It needs Python 3, make, g++ and the development packages of libcurl, OpenSSL, zlib, SASL, zstd and lz4 (Debian: apt-get install g++ make python3 libcurl4-openssl-dev libssl-dev zlib1g-dev libsasl2-dev libzstd-dev liblz4-dev).';

/** With Maven's own client, as the broker of the development stack; into a folder aside first, then renamed. */
const installKafkaTools = async (deps: InstallDeps): Promise<string | undefined> => {
  const draft = join(deps.folder, `${javaFolder}-draft`);
  const final = join(deps.folder, javaFolder);
  deps.say(`Downloading Kafka's own tools ${kafkaVersion} with Maven`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'pom.xml'), pom);
  const args = [
    ...['--batch-mode', '-q', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'],
    ...['-DincludeScope=runtime', `-DoutputDirectory=${join(draft, 'jars')}`],
  ];
  const failed = await command({ ...deps, folder: draft }, 'mvn', { args, limitMs: downloadLimitMs });
  if (failed === undefined) {
    await rm(final, { recursive: true, force: true });
    await rename(join(draft, 'jars'), final);
  }
  await rm(draft, { recursive: true, force: true });
  return failed;
};

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>baton</groupId>
  <artifactId>bench-peers</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka-tools</artifactId>
      <version>${kafkaVersion}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Answers undefined, or why it failed: the end of what the command said. */
const command = async (
  { folder, env, signal }: InstallDeps,
  name: string,
  { args, limitMs }: { args: readonly string[]; limitMs: number },
): Promise<string | undefined> => {
  const startedAt = performance.now();
  const { exitCode, output } = await run(name, args, {
    ...{ env: { ...env, CKJS_LINKING: 'dynamic' }, cwd: folder, timeoutMs: limitMs, signal },
  });
  if (exitCode === 0) return undefined;
  if (exitCode === 'not-found') return `${name} is not installed.`;
  const late = performance.now() - startedAt >= limitMs ? ` within ${limitMs / 60_000} minutes` : '';
  return `${name} ${args[0]} did not succeed${late}:\n${output.trimEnd().split('\n').slice(-12).join('\n')}`;
};
