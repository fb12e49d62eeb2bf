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

  it('shows no values of a row that PostgreSQL refused, wherever its error is', () => {
    const { lines, logger } = logTo('info');
    const refused = Object.assign(new Error('new row violates check constraint "due"'), {
      code: '23514',
      detail: 'Failing row contains (canary).',
      where: 'COPY loan, line 1: "canary"',
      internalQuery: "SELECT 'canary'",
      table: 'loan',
    });
    const wrapped = new BatonError('database-unavailable', 'It failed.', { cause: refused });
    const inside = Object.assign(new Error('both'), { original: refused });
    logger.error({ err: refused }, 'a');
    logger.error({ error: wrapped }, 'b');
    logger.error({ err: new AggregateError([refused, wrapped], 'several') }, 'c');
    logger.error({ err: inside }, 'd');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatchObject({ err: { code: '23514', table: 'loan', message: refused.message } });
    expect(lines[1]).toMatchObject({ error: { code: 'database-unavailable', cause: { code: '23514' } } });
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});
