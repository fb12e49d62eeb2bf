import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, listeningPort, startChild } from './child';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (name: string, code: string): Child => {
  const script = join(folder, `${name}.js`);
  writeFileSync(script, code);
  return startChild({ name, script, cwd: folder, env: {}, logFile: join(folder, `${name}.log`) });
};
const stayAlive = 'setInterval(() => {}, 1000);';
const listening = `console.log(JSON.stringify({ msg: 'listening', port: 4711 }));`;

describe('a child process', () => {
  it('tells its port and ends with 0 when it is asked to', async () => {
    const child = run('good', `process.on('SIGTERM', () => process.exit(0));${listening}${stayAlive}`);
    await expect(child.port).resolves.toBe(4711);
    expect(child.hasEnded()).toBe(false);
    await child.stop();
    expect(child.hasEnded()).toBe(true);
    expect(readFileSync(child.logFile, 'utf8')).toContain('4711');
  });

  it('is asked only once, however often it is to stop', async () => {
    const onTerm = `let n = 0; process.on('SIGTERM', () => { n += 1; setTimeout(() => process.exit(n - 1), 100); });`;
    const child = run('asked-once', `${onTerm}${listening}${stayAlive}`);
    await child.port;
    await Promise.all([child.stop(), child.stop()]);
    expect(child.hasEnded()).toBe(true);
  });

  it('fails with its name and its log where it ends before it listens', async () => {
    const child = run('early', 'process.exit(3);');
    await expect(child.port).rejects.toMatchObject({
      code: 'demo-failed',
      message: expect.stringMatching(/early to listen.*exit code 3.*early\.log/),
    });
  });

  it('fails to stop where it ends with another code than 0', async () => {
    const child = run('rude', `process.on('SIGTERM', () => process.exit(5));${listening}${stayAlive}`);
    await child.port;
    await expect(child.stop()).rejects.toMatchObject({ message: expect.stringContaining('exit code 5') });
  });
});

describe('the log line that tells the port', () => {
  it.each([
    ['{"msg":"listening","port":80}', 80],
    ['{"msg":"listening"}', undefined],
    ['{"msg":"not listening","port":80}', undefined],
    ['listening on 80', undefined],
  ])('%s', (line, port) => {
    expect(listeningPort(line)).toBe(port);
  });
});
