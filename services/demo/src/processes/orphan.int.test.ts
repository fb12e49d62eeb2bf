import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-demo-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stayAlive = 'setInterval(() => {}, 1000);';
const listening = `console.log(JSON.stringify({ msg: 'listening', port: 4711 }));`;

describe('a child process whose parent is killed', () => {
  it('learns of it, and can finish', async () => {
    const done = join(folder, 'done');
    const orphan = join(folder, 'orphan.js');
    const onEnd = `process.on('disconnect', () => { require('fs').writeFileSync(${JSON.stringify(done)}, ''); process.exit(0); });`;
    writeFileSync(orphan, `${onEnd}${listening}${stayAlive}`);
    const options = { name: 'orphan', script: orphan, cwd: folder, logFile: join(folder, 'orphan.log') };
    const parent = spawn(process.execPath, ['-e', parentCode({ ...options, env: {} })], { stdio: 'ignore' });
    try {
      await until(
        () => existsSync(options.logFile) && readFileSync(options.logFile, 'utf8').includes('4711'),
      );
    } finally {
      parent.kill('SIGKILL');
    }
    await until(() => existsSync(done));
  }, 30_000);
});

const parentCode = (options: object): string => {
  const built = join(__dirname, '../../dist/processes/child.js');
  return `require(${JSON.stringify(built)}).startChild(${JSON.stringify(options)})`;
};

const until = async (fact: () => boolean): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error('Expected the fact within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
