import { withoutCredentials } from './credentials';

describe('an address without credentials', () => {
  it.each([
    ['ftp://me:secret@host', 'ftp://***@host'],
    ['postgres://lending:canary/x9@db:5432/lending', 'postgres://***@db:5432/lending'],
    ['postgres://lending:can@ary#?%@db/lending', 'postgres://***@db/lending'],
    ['lending:canary@db', '***@db'],
    ['https://u:canary/w@reg/apis', 'https://***@reg/apis'],
    ['postgres://u:can,canary@db/lending', 'postgres://***@db/lending'],
    ['a:canary@one:9092,b:canary@two:9092', '***@two:9092'],
    [
      'postgres://db/lending?sslmode=require&password=canary',
      'postgres://db/lending?sslmode=require&password=***',
    ],
    ['http://127.0.0.1:8081/apis', 'http://127.0.0.1:8081/apis'],
    ['one:9092,two:9093', 'one:9092,two:9093'],
  ])('%s is %s', (given, expected) => {
    expect(withoutCredentials(given)).toBe(expected);
    expect(withoutCredentials(given)).not.toContain('canary');
  });
});
