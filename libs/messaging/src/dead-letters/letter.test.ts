import type { FetchedRecord } from '../ports/records';
import { readLetterRecord } from './letter';
import { LetterIndex } from './letter-index';
import { copyHeaders } from './original';

const origin = { topic: 'lending.BooksBorrowed.v1', partition: 0, offset: 3, timestamp: 5 };
const letter = { kind: 'letter', eventType: 'lending.BooksBorrowed', origin, unwritable: {} };

const recordWith = (header: string): FetchedRecord => ({
  kind: 'data',
  transactionOf: undefined,
  offset: 9,
  timestamp: 7,
  key: Buffer.from('a'),
  value: Buffer.from('1'),
  headers: { [copyHeaders.letter]: header },
});

describe('a record of a dead-letter topic', () => {
  it('is a letter, or a mark', () => {
    expect(readLetterRecord(0, recordWith(JSON.stringify(letter)))).toMatchObject({
      key: 'a',
      origin,
      place: 9,
    });
    const mark = { kind: 'discarded', letter: 9, by: 'ada' };
    expect(readLetterRecord(0, recordWith(JSON.stringify(mark)))).toEqual(mark);
  });

  it.each([
    ['{"kind":"letter"}'],
    ['{"kind":"replayed"}'],
    ['{"kind":"other"}'],
    ['null'],
    ['7'],
    ['no JSON'],
    [JSON.stringify({ ...letter, origin: { topic: 'x' } })],
    [JSON.stringify({ ...letter, eventType: 7 })],
    [JSON.stringify({ ...letter, order: 'first' })],
    [JSON.stringify({ ...letter, unwritable: undefined })],
    [JSON.stringify({ ...letter, unwritable: { headers: { h: 'x' } } })],
  ])('is foreign with the header %s: nobody who reads the topic stumbles over it', (header) => {
    const index = new LetterIndex('all');
    expect(readLetterRecord(0, recordWith(header))).toBeUndefined();
    expect(index.apply(0, recordWith(header))).toBeUndefined();
    expect([index.size(), index.position]).toEqual([0, 10]);
  });
});
