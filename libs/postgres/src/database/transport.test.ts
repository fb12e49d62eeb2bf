import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transportOf } from './transport';

const remote = 'postgres://lending:secret@db.example/lending';

afterEach(() => {
  delete process.env.PGSSLMODE;
});

describe('a database server', () => {
  it.each([
    'sslmode=no-verify',
    'sslmode=verify-full&sslmode=no-verify',
    'uselibpqcompat=true&sslmode=require',
    'uselibpqcompat=true&sslmode=prefer',
    'ssl=no-verify',
  ])('has to prove who it is: %s is refused', (query) => {
    const refused = expect.objectContaining({ code: 'invalid-configuration' });
    expect(() => transportOf(`${remote}?${query}`)).toThrow(refused);
  });

  it('has to prove who it is, whatever the environment says', () => {
    process.env.PGSSLMODE = 'no-verify';
    expect(() => transportOf(remote)).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
    process.env.PGSSLMODE = 'verify-full';
    expect(transportOf(remote)).toEqual({ connectionString: remote, ssl: { rejectUnauthorized: true } });
  });

  it('proves it with the files that the URL names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
    const file = (name: string): string => {
      writeFileSync(join(folder, name), name);
      return join(folder, name);
    };
    const query = `sslmode=verify-full&sslrootcert=${file('ca')}&sslcert=${file('cert')}&sslkey=${file('key')}&options=-c%20geqo%3Doff`;
    const { connectionString, ssl } = transportOf(`${remote}?${query}`);
    rmSync(folder, { recursive: true });
    expect(ssl).toEqual({ ca: 'ca', cert: 'cert', key: 'key', rejectUnauthorized: true });
    expect(connectionString).toBe(`${remote}?options=-c+geqo%3Doff`);
  });

  it.each([
    'postgres://lending:secret@127.0.0.1:5432/lending',
    'postgres://lending@db.example/lending',
    `${remote}?sslmode=disable`,
  ])('is reached in the clear where that is safe, or said: %s', (url) => {
    expect(transportOf(url).ssl).toBe(false);
  });

  it('gets no password in the clear without anybody having said so', () => {
    expect(() => transportOf(remote)).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
  });

  it('is not named with its secrets where its address is not understood', () => {
    const wrong = () => transportOf('postgres://lending:se#cret@db.example:port/lending');
    expect(wrong).toThrow(expect.objectContaining({ code: 'invalid-configuration' }));
    expect(wrong).not.toThrow(/cret/);
  });
});
