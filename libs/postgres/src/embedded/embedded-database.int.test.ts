import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

jest.setTimeout(120_000);

let folder: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-embedded-'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A process that has the database; PGlite needs a real one, outside of jest. */
const run = (
  code: string,
): { child: ChildProcess; says: (text: string) => Promise<void>; ended: Promise<Ended> } => {
  const data = JSON.stringify(join(folder, 'data'));
  const script = `const { openEmbedded, openOutbox } = require('@baton/postgres');
    const say = (text) => process.stdout.write(text + '\\n');
    const open = () => openEmbedded({ folder: ${data}, pid: process.pid });
    (async () => { ${code} })().catch((error) => { say(error.code + ' ' + error.message); process.exitCode = 3; });`;
  const child = spawn(process.execPath, ['-e', script], {
    cwd: resolve(__dirname, '../../../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<Ended>((resolveEnd) => {
    child.once('close', (exitCode) => resolveEnd({ code: exitCode, output }));
  });
  const says = (text: string) =>
    new Promise<void>((heard, reject) => {
      child.stdout?.on('data', () => output.includes(text) && heard());
      void ended.then(() => reject(new Error(`Expected "${text}", got: ${output}`)));
    });
  return { child, says, ended };
};

describe('a folder of an embedded database', () => {
  it('belongs to one process: a second is refused, and told why', async () => {
    const first = run(
      `const db = await open(); await db.query('CREATE TABLE t (n int)'); say('ready'); setInterval(() => {}, 1000);`,
    );
    await first.says('ready');
    const second = await run('await open();').ended;
    expect(second.code).toBe(3);
    expect(second.output).toMatch(new RegExp(`^file-in-use .*process ${first.child.pid} uses it`));
    first.child.kill('SIGKILL');
    await first.ended;
  });

  it('keeps what was committed when its process is killed', async () => {
    const writer = run(`const db = await open();
      for (let n = 1; ; n += 1) { await db.query('INSERT INTO t VALUES ($1)', [n]); if (n % 50 === 0) say('written ' + n + '.'); }`);
    await writer.says('written 150.');
    writer.child.kill('SIGKILL');
    await writer.ended;
    const reader = await run(`const db = await open();
      const { rows } = await db.query('SELECT count(*)::int AS n, max(n) AS newest FROM t'); say(JSON.stringify(rows[0])); await db.close();`)
      .ended;
    const { n, newest } = JSON.parse(reader.output) as { n: number; newest: number };
    expect(n).toBe(newest);
    expect(n).toBeGreaterThanOrEqual(150);
  });
});
