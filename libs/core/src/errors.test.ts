import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatonError, type ErrorCode, errorCodes, isBatonError } from './errors';

const page = readFileSync(join(__dirname, '../../../docs/reference/errors.md'), 'utf8');
const documented = [...page.matchAll(/^## `([a-z-]+)`\n([^#]+)/gm)].map(([, code, text]) => ({ code, text }));

describe('the error codes', () => {
  it('are all documented, and none is invented', () => {
    expect(documented.map(({ code }) => code).sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it.each(documented)('says of $code what the table says about a retry', ({ code, text }) => {
    expect(text?.startsWith('*Retriable.*')).toBe(errorCodes[code as ErrorCode].retriable);
  });

  it('tell errors apart, and keep details and cause', () => {
    const cause = new Error('socket closed');
    const error = new BatonError('broker-unavailable', 'no answer', { details: { id: '1' }, cause });
    expect(isBatonError(error, 'broker-unavailable')).toBe(true);
    expect(isBatonError(error, 'invalid-data')).toBe(false);
    expect(isBatonError(cause)).toBe(false);
    expect(error).toMatchObject({ retriable: true, details: { id: '1' }, cause });
  });
});
