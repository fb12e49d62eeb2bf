import { asLost } from './failures';

const failureIn = (code: string) => Object.assign(new Error(`state ${code}`), { code });

describe('an error of a statement', () => {
  it.each([
    ['08006', 'a lost connection'],
    ['25006', 'a server that takes no writes'],
    ['53100', 'a full disk'],
    ['53200', 'no memory'],
    ['57P01', 'a server that is stopped'],
    ['57P04', 'a database that is gone'],
    ['58030', 'a disk that fails'],
  ])('%s tells of the database: %s', (code) => {
    expect(asLost(failureIn(code))).toMatchObject({ code: 'database-unavailable' });
  });

  it.each([
    ['23505', 'a key that is there already'],
    ['25P03', 'a transaction that stood still'],
    ['42P01', 'a table that is not there'],
    ['57014', 'a statement that took too long'],
    ['57P05', 'a session that stood still'],
  ])('%s is told as it is: %s', (code) => {
    expect(asLost(failureIn(code))).toMatchObject({ code });
  });
});
