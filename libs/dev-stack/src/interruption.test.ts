import { EventEmitter } from 'node:events';
import { watchInterruption } from './interruption';

describe('an interruption', () => {
  it('aborts once, tells so once, and says what was stopped', async () => {
    const process = new EventEmitter() as unknown as NodeJS.Process;
    const said: string[] = [];
    const { signal, interrupted } = watchInterruption({
      ...{ process, code: 'demo-failed', what: 'The demonstration' },
      say: (text) => said.push(text),
    });
    expect(signal.aborted).toBe(false);
    process.emit('SIGTERM');
    process.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    expect(said).toEqual(['\nStopping what was started ...\n']);
    await expect(interrupted).rejects.toMatchObject({
      code: 'demo-failed',
      message: 'The demonstration was stopped by SIGTERM.',
    });
  });
});
