import { spawn } from 'node:child_process';
import { endProcess, identify, isAlive } from './process-identity';

const startSleeper = async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  if (identity === undefined) throw new Error('The process did not start');
  return { child, identity };
};

describe('the identity of a process', () => {
  it('stays the same while the process runs', async () => {
    expect(await identify(process.pid)).toEqual(await identify(process.pid));
  });

  it('does not exist for a number that nobody has', async () => {
    expect(await identify(2 ** 30)).toBeUndefined();
  });

  it('ends with the process', async () => {
    const { identity } = await startSleeper();
    expect(await isAlive(identity)).toBe(true);
    await endProcess(identity);
    expect(await isAlive(identity)).toBe(false);
  });

  it('keeps another process with the same number from being ended', async () => {
    const { child, identity } = await startSleeper();
    await endProcess({ ...identity, since: 'another time' });
    expect(await isAlive(identity)).toBe(true);
    expect(child.signalCode).toBeNull();
    await endProcess(identity, { signal: 'SIGKILL' });
    expect(await isAlive(identity)).toBe(false);
  });
});
