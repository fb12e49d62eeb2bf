import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStackCommand } from './cli';
import { stateOf } from './running-stack';
import { placeOf, writeState } from './state';
import type { Environment } from './ways';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-cli-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const runCommand = async (args: readonly string[], env: Environment = { PATH: '/nowhere' }) => {
  let stdout = '';
  let stderr = '';
  const exitCode = await runStackCommand({
    args,
    root,
    env: { BATON_CACHE: join(root, 'cache'), ...env },
    signal: new AbortController().signal,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTerminal: false,
    now: () => 0,
  });
  return { exitCode, stdout, stderr };
};

describe('npm run stack', () => {
  it('explains itself', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/start\|status\|stop/);
  });

  it('says in one message what is missing where nothing is there', async () => {
    const { exitCode, stdout, stderr } = await runCommand([]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^stack-unavailable: [\s\S]*docker was not found; java was not found; mvn \(Maven\) was not found/,
    );
  });

  it('says where nothing answers', async () => {
    const nobody = { KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' };
    const { exitCode, stderr } = await runCommand(['start'], nobody);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/KAFKA_BROKERS=127\.0\.0\.1:1 and the registry at SCHEMA_REGISTRY_URL=http/);
  });

  it('reports a stack that does not run, by exit code and as JSON', async () => {
    const { exitCode, stdout } = await runCommand(['status', '--name', 'other', '-o', 'json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, name: 'other', status: 'stopped' });
  });

  it('finds nothing to stop, which is what was asked for', async () => {
    const { exitCode, stdout } = await runCommand(['stop', '--purge']);
    expect([exitCode, stdout]).toEqual([0, 'Stack "default" is not running.\n']);
  });

  it('says that it stopped a stack, and that it removed it', async () => {
    const place = placeOf(root, 'default');
    const ports = { broker: 1, controller: 2, registry: 3 };
    const write = () => writeState(place.stateFile, stateOf(place, 'java', ports));
    await write();
    expect((await runCommand(['stop'])).stdout).toBe('Stack "default" was stopped.\n');
    await write();
    expect((await runCommand(['stop', '--purge'])).stdout).toBe('Stack "default" was stopped and removed.\n');
  });

  it.each([
    [['bogus'], 'Expected one of start, status, stop'],
    [['start', 'stop'], 'Expected one of start, status, stop'],
    [['--bogus'], "Unknown option '--bogus'"],
    [['-o', 'yaml'], 'Expected "text" or "json"'],
    [['--purge'], '--purge goes with stop only'],
    [['status', '--brokers', '3'], '--brokers goes with start only'],
    [['--brokers', '2'], 'Expected 1 or 3 brokers, got 2'],
    [['--brokers', 'many'], 'Expected 1 or 3 brokers, got NaN'],
    [['--name', '../up'], 'A stack name has'],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect([exitCode, stdout]).toEqual([64, '']);
    expect(stderr).toContain(message);
  });

  it.each([[['frob', '-o', 'json']], [['frob', '--output=json']], [['frob', '-ojson']]])(
    'refuses %j in one JSON document',
    async (args) => {
      const { exitCode, stdout, stderr } = await runCommand(args);
      expect([exitCode, stdout]).toEqual([64, '']);
      expect(JSON.parse(stderr)).toMatchObject({ schemaVersion: 1, error: { code: 'invalid-argument' } });
    },
  );
});
