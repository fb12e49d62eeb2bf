import { BatonError } from '@baton/core';
import { createLogger, type LogLevel } from './logger';

const logTo = (level: LogLevel) => {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, logger: createLogger({ name: 'reminders', instance: 'reminders-1', level, write }) };
};

describe('the log', () => {
  it('writes one JSON line with service, instance, fields and text', () => {
    const { lines, logger } = logTo('info');
    logger.info({ eventType: 'lending.BooksBorrowed', version: 2, offset: 17 }, 'holding');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        name: 'reminders',
        instance: 'reminders-1',
        eventType: 'lending.BooksBorrowed',
        version: 2,
        offset: 17,
        msg: 'holding',
      },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = logTo('warn');
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.warn({}, 'c');
    logger.error({}, 'd');
    expect(lines.map(({ msg }) => msg)).toEqual(['c', 'd']);
  });

  it('writes createdAt as an instant and errors with code, details and cause', () => {
    const { lines, logger } = logTo('info');
    const error = new BatonError('handler-failed', 'It failed.', {
      details: { id: 'e-1' },
      cause: new Error('disk full'),
    });
    logger.error({ createdAt: 0, error }, 'failed');
    expect(lines[0]).toMatchObject({
      createdAt: '1970-01-01T00:00:00.000Z',
      error: {
        code: 'handler-failed',
        message: 'It failed.',
        details: { id: 'e-1' },
        cause: { message: 'disk full' },
      },
    });
  });
});
