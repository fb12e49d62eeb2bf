import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isBatonError } from '@baton/core';
import { givenLoans, madeUpLoans, seededRandom } from './loans';
import { parseLoans } from './parse-loans';

const example: Record<string, unknown> = JSON.parse(
  readFileSync(join(__dirname, '../../../../schemas/lending.BooksBorrowed/examples/v2.json'), 'utf8'),
);
const where = { file: 'loans.jsonl', run: 'r1' };

const manyBooks = Array.from({ length: 20_000 }, () => ({
  ...{ isbn: '978-0-14-143951-8', title: 'Pride and Prejudice', replacementPrice: '12.50' },
}));

const messageOf = (text: string): string => {
  try {
    parseLoans(text, where);
  } catch (error) {
    if (isBatonError(error, 'invalid-data')) return error.message;
  }
  throw new Error('Expected invalid-data.');
};

describe('made up loans', () => {
  it('repeat for the same seed and keep their loan id as key', () => {
    const source = () => madeUpLoans({ run: 'r1', total: 10, random: seededRandom(7), now: () => 0 });
    const [a, b] = [source(), source()];
    const loans = Array.from({ length: 10 }, () => a.next());
    expect(loans).toEqual(Array.from({ length: 10 }, () => b.next()));
    expect(new Set(loans.map(({ key }) => key)).size).toBeGreaterThan(1);
    for (const { key, body } of loans) expect(body).toMatchObject({ loanId: key });
  });

  it('are what a file of loans may hold', () => {
    const source = madeUpLoans({
      run: 'r1',
      total: 50,
      random: seededRandom(1),
      now: () => 1_790_000_000_000,
    });
    const text = Array.from({ length: 50 }, () => JSON.stringify(source.next().body)).join('\n');
    expect(parseLoans(text, where)).toHaveLength(50);
  });
});

describe('loans from a file', () => {
  it('accept the example of the contract and leave blank lines out', () => {
    const loans = parseLoans(`\n${JSON.stringify(example)}\n\n`, where);
    expect(loans).toMatchObject([{ key: 'loan-2041', line: 2 }]);
    expect(JSON.parse(JSON.stringify(loans[0]?.body))).toEqual(example);
  });

  it('get a loan id where they have none', () => {
    const { loanId: _, ...rest } = example;
    expect(parseLoans(JSON.stringify(rest), where)).toMatchObject([
      { key: 'loan-r1-line-1', body: { loanId: 'loan-r1-line-1' } },
    ]);
  });

  it('name every faulty line with its number and the path of the problem', () => {
    const message = messageOf(
      [JSON.stringify(example), '{"loanId": 1', JSON.stringify({ ...example, branch: 'MOON' })].join('\n'),
    );
    expect(message).toContain('loans.jsonl:2: expected JSON');
    expect(message).toContain('loans.jsonl:3: branch:');
    expect(message).not.toContain('loans.jsonl:1');
  });

  it.each([
    ['no books', { books: [] }, 'books: at least one book'],
    ['a long loan id', { loanId: 'x'.repeat(500) }, 'loanId: 1 to 200 visible ASCII characters'],
    ['a loan id with NUL', { loanId: 'a\u0000b' }, 'loanId: 1 to 200 visible ASCII characters'],
    ['a long note', { note: 'x'.repeat(1_000_000) }, 'note: a text of at most 2000 characters'],
    ['too much', { books: manyBooks }, 'expected a loan of at most 1048576 bytes'],
  ])('are refused as lending refuses them: %s', (_, change, problem) => {
    const text = `${JSON.stringify(example)}\n${JSON.stringify({ ...example, ...change })}`;
    expect(messageOf(text)).toContain(`loans.jsonl:2: ${problem}`);
  });

  it('refuse a file without loans', () => {
    expect(messageOf('\n \n')).toContain('got none');
  });

  it('are handed out once, in their order', () => {
    const source = givenLoans(parseLoans(`${JSON.stringify(example)}\n${JSON.stringify(example)}`, where));
    expect(source.total).toBe(2);
    expect([source.next().line, source.next().line]).toEqual([1, 2]);
    expect(() => source.next()).toThrow(RangeError);
  });
});
