import { BatonError } from '@baton/core';
import { runService } from './run-service';

const run = async (main: () => Promise<void>) => {
  const exits: number[] = [];
  let written = '';
  await runService(main, {
    process: { pid: 1, on: () => undefined, exit: (code) => void exits.push(code) },
    stderr: {
      write: (text) => {
        written += text;
      },
    },
  });
  return { exits, written };
};

describe('running a service', () => {
  it('exits with 64 and says why if the configuration is at fault', async () => {
    const error = new BatonError('invalid-configuration', 'PORT: expected a port, got "x".');
    expect(await run(() => Promise.reject(error))).toEqual({
      exits: [64],
      written: 'invalid-configuration: PORT: expected a port, got "x".\n',
    });
  });

  it('exits with 1 for any other reason', async () => {
    const { exits, written } = await run(() => Promise.reject(new Error('no broker')));
    expect(exits).toEqual([1]);
    expect(written).toContain('Error: no broker');
  });

  it('leaves a running service alone', async () => {
    expect(await run(() => Promise.resolve())).toEqual({ exits: [], written: '' });
  });
});
