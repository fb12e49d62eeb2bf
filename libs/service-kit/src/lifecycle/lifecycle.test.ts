import { EventEmitter } from 'node:events';
import type { Clock } from '@baton/messaging';
import { createLifecycle } from './lifecycle';

const setUp = () => {
  const signals = new EventEmitter();
  const exits: number[] = [];
  const logged: { level: string; text: string; fields: object }[] = [];
  const log = (level: string) => (fields: object, text: string) => void logged.push({ level, text, fields });
  let timeout: (() => void) | undefined;
  let now = 0;
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    after: (_ms, callback) => {
      timeout = callback;
      return () => {
        timeout = undefined;
      };
    },
  };
  const lifecycle = createLifecycle({
    process: {
      pid: 1,
      on: (event, listener) => signals.on(event, listener),
      exit: (code) => void exits.push(code),
    },
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    clock,
    limitMs: 9_000,
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { lifecycle, signals, exits, logged, pass, passTheLimit: () => timeout?.() };
};

const settled = () => new Promise(setImmediate);

describe('the end of a process', () => {
  it('closes in reverse order on SIGTERM and exits with 0', async () => {
    const { lifecycle, signals, exits } = setUp();
    const closed: string[] = [];
    lifecycle.onStop('database', () => void closed.push('database'));
    lifecycle.onStop('consumer', async () => {
      await settled();
      closed.push('consumer');
    });
    signals.emit('SIGTERM');
    expect(lifecycle.phase()).toBe('stopping');
    await lifecycle.stop('again');
    expect(closed).toEqual(['consumer', 'database']);
    expect(exits).toEqual([0]);
  });

  it('closes the others and exits with 1 if one fails to close', async () => {
    const { lifecycle, exits, logged } = setUp();
    const closed: string[] = [];
    lifecycle.onStop('database', () => void closed.push('database'));
    lifecycle.onStop('consumer', () => Promise.reject(new Error('broken')));
    await lifecycle.stop('test');
    expect(closed).toEqual(['database']);
    expect(exits).toEqual([1]);
    expect(logged).toContainEqual(
      expect.objectContaining({ level: 'error', fields: expect.objectContaining({ closing: 'consumer' }) }),
    );
  });

  it('exits with 1 at the limit and names what is still open', async () => {
    const { lifecycle, exits, logged, passTheLimit } = setUp();
    lifecycle.onStop('database', () => {});
    lifecycle.onStop('consumer', () => new Promise(() => {}));
    const stopped = lifecycle.stop('test');
    await settled();
    passTheLimit();
    await stopped;
    expect(exits).toEqual([1]);
    expect(logged).toContainEqual({
      level: 'error',
      text: 'not closed in time',
      fields: { open: ['database', 'consumer'], limitMs: 9_000 },
    });
  });

  it('exits at once on a second signal, unless it comes with the first', () => {
    const { lifecycle, signals, exits, pass } = setUp();
    lifecycle.onStop('consumer', () => new Promise(() => {}));
    signals.emit('SIGTERM');
    pass(999);
    signals.emit('SIGTERM');
    signals.emit('SIGINT');
    expect(exits).toEqual([]);
    pass(1);
    signals.emit('SIGINT');
    expect(exits).toEqual([130]);
  });

  it('closes and exits with 0 when the process that started it is gone', async () => {
    const { lifecycle, signals, exits } = setUp();
    const closed: string[] = [];
    lifecycle.onStop('database', () => void closed.push('database'));
    signals.emit('disconnect');
    await lifecycle.stop('again');
    expect(closed).toEqual(['database']);
    expect(exits).toEqual([0]);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and exits with 1', (event) => {
    const { signals, exits, logged } = setUp();
    const error = new Error('nobody caught me');
    signals.emit(event, error);
    expect(exits).toEqual([1]);
    expect(logged).toContainEqual(expect.objectContaining({ level: 'error', fields: { error, event } }));
  });

  it('closes what is there and exits with 1 if the start fails', async () => {
    const { lifecycle, exits } = setUp();
    const closed: string[] = [];
    await lifecycle.start(async () => {
      lifecycle.onStop('database', () => void closed.push('database'));
      throw new Error('no broker');
    });
    expect(closed).toEqual(['database']);
    expect(exits).toEqual([1]);
  });

  it('exits with 0 if it was stopped while it started', async () => {
    const { lifecycle, signals, exits } = setUp();
    await lifecycle.start(async () => {
      signals.emit('SIGTERM');
      await settled();
      throw new Error('closed under my feet');
    });
    expect(exits).toEqual([0]);
  });

  it('exits with 1 after closing if a part of the service fails', async () => {
    const { lifecycle, exits } = setUp();
    const closed: string[] = [];
    lifecycle.onStop('presence', () => void closed.push('presence'));
    await lifecycle.fail(new Error('data lost'), 'the consumer ended');
    expect(closed).toEqual(['presence']);
    expect(exits).toEqual([1]);
  });

  it('exits with 1 if a part of the service fails while it closes', async () => {
    const { lifecycle, signals, exits } = setUp();
    lifecycle.onStop('consumer', () => void lifecycle.fail(new Error('data lost'), 'the consumer ended'));
    signals.emit('SIGTERM');
    await lifecycle.stop('test');
    expect(exits).toEqual([1]);
  });
});
