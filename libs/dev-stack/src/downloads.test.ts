import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, downloadedMb, ensureDownloads, isDownloaded } from './downloads';
import { silentReporter } from './reporter';
import type { Environment } from './ways';

let folder: string;
let env: Environment;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-downloads-'));
  await mkdir(join(folder, 'bin'));
  env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, BATON_CACHE: join(folder, 'cache') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Stands in for Maven: notes each call, and fills the output folder unless told to fail. */
const installMaven = async ({ fails = false } = {}) => {
  const script = `#!/bin/sh
echo "$@" >> "${folder}/calls"
for arg in "$@"; do case "$arg" in -DoutputDirectory=*) echo jar > "\${arg#-DoutputDirectory=}/a.jar";; esac; done
${fails ? 'echo "[ERROR] no network"; exit 1' : 'exit 0'}
`;
  await writeFile(join(folder, 'bin', 'mvn'), script);
  await chmod(join(folder, 'bin', 'mvn'), 0o755);
};

const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');

describe('downloads', () => {
  it('happen once, also when two starts want them at the same time', async () => {
    await installMaven();
    const deps = { env, reporter: silentReporter };
    const [first, second] = await Promise.all([ensureDownloads(deps), ensureDownloads(deps)]);
    expect(first).toEqual(second);
    expect(await calls()).toHaveLength(2);
    expect(await isDownloaded(env)).toBe(true);
    await ensureDownloads(deps);
    expect(await calls()).toHaveLength(2);
    expect(await readdir(first.kafka)).toEqual(['a.jar']);
  });

  it('leave nothing half behind when Maven fails, and say what it said', async () => {
    await installMaven({ fails: true });
    await expect(ensureDownloads({ env, reporter: silentReporter })).rejects.toThrow(/\[ERROR\] no network/);
    expect(await readdir(join(folder, 'cache'))).toEqual([]);
  });
});

it('keeps downloads in BATON_CACHE, else in the cache folder of the user', () => {
  expect(cacheFolder({ BATON_CACHE: '/b', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/b');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/baton');
  expect(cacheFolder({ HOME: '/h' })).toBe('/h/.cache/baton');
});

it('adds up what Maven says it downloaded', () => {
  const text = [
    '[INFO] Downloaded from central: some/a.jar (1.5 MB at 3.0 MB/s)',
    '[INFO] Downloading from central: some/b.jar',
    'Downloaded from central: some/b.jar (500 kB at 3.0 MB/s)',
  ].join('\n');
  expect(downloadedMb(text)).toBeCloseTo(2);
});
