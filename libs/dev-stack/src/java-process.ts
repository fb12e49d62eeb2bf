import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { BatonError } from '@baton/core';
import { identify, type ProcessIdentity } from './process-identity';
import { type Environment, javaCommand } from './ways';

/** Fast to start rather than fast in the long run. */
export const quickStart = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

/** Starts Java in a session of its own, so that neither Ctrl-C nor our end reaches it. */
export const launchJava = async (
  args: readonly string[],
  { log, cwd, env }: { log: string; cwd: string; env: Environment },
): Promise<ProcessIdentity> => {
  const output = await open(log, 'a');
  try {
    const child = spawn(javaCommand(env), args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    const failed = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
    child.unref();
    const identity = child.pid === undefined ? await failed : await identify(child.pid);
    if (identity !== undefined) return identity;
    throw new BatonError(
      'stack-unavailable',
      `Expected ${javaCommand(env)} to start, but it did not. Check your Java installation; its output is in ${log}.`,
    );
  } finally {
    await output.close();
  }
};
