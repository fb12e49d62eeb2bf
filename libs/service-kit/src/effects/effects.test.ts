import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identifyProcess } from '@baton/postgres';
import { Database as Sqlite } from 'node-sqlite3-wasm';
import { openDatabase } from './database';
import { createEffectStore, readEffects } from './effect-store';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-effects-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (name = 'effects.db') => join(folder, name);
const open = (file = fileOf()) => openDatabase(file, { pid: process.pid });
const storeIn = (database: ReturnType<typeof open>) =>
  createEffectStore({ database, instance: 'reminders-1', now: () => 1_000 });

/** A process that appends effects to a file until it is killed; resolves once it has written some. */
const killWhileItWrites = async (file: string): Promise<{ written: number }> => {
  const script = `
    const { Database } = require(${JSON.stringify(require.resolve('node-sqlite3-wasm'))});
    const db = new Database(${JSON.stringify(file)});
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = OFF');
    const insert = db.prepare('INSERT INTO effects(id, event_key, version, instance, at) VALUES (?, ?, 1, ?, 0)');
    require('node:fs').writeFileSync(${JSON.stringify(file)} + '.owner', JSON.stringify({ pid: process.pid, since: 'x' }));
    for (let n = 1; ; n += 1) {
      insert.run(['e-' + n, 'k', 'child']);
      require('node:fs').writeSync(1, n + '\\n');
    }`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.length > 2_000) child.kill('SIGKILL');
    });
    child.on('close', () => resolve());
  });
  const numbers = output.split('\n').slice(0, -1);
  return { written: Number(numbers.at(-1)) };
};

describe('the effect store', () => {
  it('appends effects in order, the same event twice if it is handled twice', () => {
    const database = open();
    const store = storeIn(database);
    store.append({ id: 'e-1', key: 'loan-1', version: 1 });
    store.append({ id: 'e-1', key: 'loan-1', version: 2 });
    expect(readEffects(database)).toEqual([
      { sequence: 1, id: 'e-1', key: 'loan-1', version: 1, instance: 'reminders-1', at: 1_000 },
      { sequence: 2, id: 'e-1', key: 'loan-1', version: 2, instance: 'reminders-1', at: 1_000 },
    ]);
    database.close();
  });

  it('goes on where it ended after a restart', () => {
    const first = open();
    storeIn(first).append({ id: 'e-1', key: 'k', version: 1 });
    first.close();
    const second = open();
    storeIn(second).append({ id: 'e-2', key: 'k', version: 1 });
    expect(readEffects(second).map(({ sequence, id }) => [sequence, id])).toEqual([
      [1, 'e-1'],
      [2, 'e-2'],
    ]);
    second.close();
  });

  it('leaves a plain file behind that any SQLite program can read', () => {
    const database = open();
    storeIn(database).append({ id: 'e-1', key: 'k', version: 1 });
    database.close();
    database.close();
    const sqlite = new Sqlite(fileOf(), { readOnly: true });
    expect(sqlite.all('SELECT id FROM effects')).toEqual([{ id: 'e-1' }]);
    sqlite.close();
    expect(existsSync(`${fileOf()}-wal`)).toBe(false);
    expect(existsSync(`${fileOf()}.owner`)).toBe(false);
  });

  it('writes nothing of a transaction that throws', () => {
    const database = open();
    const store = storeIn(database);
    expect(() =>
      database.transaction(() => {
        store.append({ id: 'e-1', key: 'k', version: 1 });
        throw new Error('no');
      }),
    ).toThrow('no');
    database.transaction(() => store.append({ id: 'e-2', key: 'k', version: 1 }));
    expect(readEffects(database).map(({ id }) => id)).toEqual(['e-2']);
    database.close();
  });

  it('keeps what was written when its process is killed, and opens again', async () => {
    const before = open();
    storeIn(before);
    before.close();
    const { written } = await killWhileItWrites(fileOf());
    expect(written).toBeGreaterThan(100);
    expect(existsSync(`${fileOf()}.lock`)).toBe(true);
    const after = open();
    const ids = readEffects(after).map(({ id }) => id);
    after.close();
    expect(ids.length).toBeGreaterThanOrEqual(written);
    expect(ids).toEqual(ids.map((_, index) => `e-${index + 1}`));
  });
});

describe('the owner of a database file', () => {
  const ownedBy = (owner: object) => {
    writeFileSync(`${fileOf()}.owner`, JSON.stringify(owner));
    mkdirSync(`${fileOf()}.lock`);
  };

  it('is one process: a second opening gets an error that says so', () => {
    const database = open();
    expect(() => open()).toThrow(
      expect.objectContaining({
        code: 'file-in-use',
        message: expect.stringContaining(`process ${process.pid} uses it`),
      }),
    );
    storeIn(database).append({ id: 'e-1', key: 'k', version: 1 });
    expect(readEffects(database)).toHaveLength(1);
    database.close();
  });

  it('does not lose the file to another one while it lives', () => {
    ownedBy(identifyProcess(process.ppid) ?? {});
    expect(() => open()).toThrow(expect.objectContaining({ code: 'file-in-use' }));
    expect(existsSync(`${fileOf()}.lock`)).toBe(true);
  });

  it.each([
    ['has ended', { pid: 2 ** 30, since: 'boot/1' }],
    ['had the number of this process', { pid: process.pid, since: 'boot/1' }],
    ['is not readable', {}],
  ])('loses the file with the lock it left if it %s', (_what, owner) => {
    ownedBy(owner);
    const database = open();
    storeIn(database).append({ id: 'e-1', key: 'k', version: 1 });
    expect(readEffects(database)).toHaveLength(1);
    database.close();
    expect(existsSync(`${fileOf()}.lock`)).toBe(false);
  });
});
