import { BatonError } from '@baton/core';
import { exitOf } from '../exit-codes';
import { errorText } from './error-text';
import { createStyle } from './style';
import { suggestion } from './suggest';

const plain = createStyle({ colors: false });

describe('tables', () => {
  test('columns stand under their headings, without frames or trailing spaces', () => {
    expect(
      plain.table(
        ['GROUP', 'LAG'],
        [
          ['reminders', '12'],
          ['x', '0'],
        ],
      ),
    ).toBe(['GROUP      LAG', 'reminders  12', 'x          0'].join('\n'));
  });

  test('a table without rows is an empty text', () => {
    expect(plain.table(['GROUP'], [])).toBe('');
  });

  test('colours do not move columns', () => {
    const coloured = createStyle({ colors: true });
    const table = coloured.table(['A', 'B'], [[coloured.good('yes'), 'x']]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(table.replaceAll(/\u001b\[\d+m/g, '')).toBe('A    B\nyes  x');
    expect(table).toContain('\u001b[32myes');
  });
});

describe('error texts', () => {
  const error = new BatonError('topic-missing', 'Expected topic t, got none. Create it.', {
    cause: new Error('socket closed'),
  });

  test('an error is its code and its message, without a stack', () => {
    expect(errorText(error, { style: plain, debug: false })).toBe(
      'error [topic-missing] Expected topic t, got none. Create it.\n',
    );
  });

  test('with --debug the stack and its cause follow', () => {
    const text = errorText(error, { style: plain, debug: true });
    expect(text).toMatch(/output\.test\.ts/);
    expect(text).toMatch(/caused by Error: socket closed/);
  });

  test('an unexpected error says how to see more', () => {
    expect(errorText(new TypeError('x is not y'), { style: plain, debug: false })).toMatch(
      /^error \[unexpected\] x is not y\n.*--debug/,
    );
  });
});

describe('exit codes of errors', () => {
  test.each([
    ['invalid-argument', 'usage'],
    ['invalid-configuration', 'usage'],
    ['schema-incompatible', 'incompatible'],
    ['outcome-unknown', 'unknown'],
    ['broker-unavailable', 'failure'],
  ] as const)('%s ends as %s', (code, exit) => {
    expect(exitOf(new BatonError(code, 'text'))).toBe(exit);
  });

  test('an unexpected error ends as failure', () => {
    expect(exitOf(new Error('text'))).toBe('failure');
  });
});

describe('suggestions', () => {
  test.each([
    ['lending.BooksBorowed', 'lending.BooksBorrowed'],
    ['BooksBorrowed', 'lending.BooksBorrowed'],
    ['LENDING.booksborrowed', 'lending.BooksBorrowed'],
    ['something.Else', undefined],
  ])('%s suggests %s', (word, expected) => {
    expect(suggestion(word, ['lending.BooksBorrowed', 'billing.InvoiceSent'])).toBe(expected);
  });
});
