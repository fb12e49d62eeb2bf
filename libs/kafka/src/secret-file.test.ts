import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSecretFile } from './secret-file';

describe('a file with a secret', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-secret-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    ['canary', 'canary'],
    ['canary\n', 'canary'],
    ['canary\r\n', 'canary'],
    [' canary \n', ' canary '],
    ['canary\n\n', 'canary\n'],
  ])('that holds %j is read as %j', (content, secret) => {
    const file = join(folder, 'secret');
    writeFileSync(file, content);
    expect(readSecretFile(file)).toBe(secret);
  });

  it('that is not there is named', () => {
    const file = join(folder, 'nothing');
    expect(() => readSecretFile(file)).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', message: expect.stringContaining(file) }),
    );
  });
});
