import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { withLock } from './lock';
import { identify } from './process-identity';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a lock', () => {
  it('lets one work at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await setImmediate();
      inside -= 1;
    };
    const file = join(folder, 'lock');
    await Promise.all([withLock(file, work), withLock(file, work), withLock(file, work)]);
    expect(most).toBe(1);
    await expect(access(file)).rejects.toThrow();
  });

  it('is released when the work fails', async () => {
    const file = join(folder, 'lock');
    await expect(withLock(file, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await withLock(file, async () => 'again')).toBe('again');
  });

  it('is taken over from a process that no longer runs', async () => {
    const file = join(folder, 'lock');
    const self = await identify(process.pid);
    await writeFile(file, JSON.stringify({ ...self, since: 'before the last boot' }));
    expect(await withLock(file, async () => 'mine', { timeoutMs: 5_000 })).toBe('mine');
  });

  it('is not taken from a process that runs', async () => {
    const file = join(folder, 'lock');
    await writeFile(file, JSON.stringify(await identify(process.pid)));
    const waited: string[] = [];
    const attempt = withLock(file, async () => 'mine', {
      timeoutMs: 200,
      onWait: () => waited.push('waits'),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'stack-unavailable' });
    expect(waited).toEqual(['waits']);
  });
});
