import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { accessSettings, readAccess } from './access-settings';
import { loadConfig } from './load-config';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-'));
  writeFileSync(join(folder, 'text'), 'from a file\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const settings = z.object(accessSettings);
const read = (env: Readonly<Record<string, string>>) => readAccess(loadConfig(settings, env));
const file = () => join(folder, 'text');

describe('access settings', () => {
  it('say nothing where nothing is set', () => {
    expect(read({})).toEqual({});
  });

  it('take certificates, passwords and tokens from files', async () => {
    const access = read({
      KAFKA_CA_FILE: file(),
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD_FILE: file(),
      SCHEMA_REGISTRY_TOKEN_FILE: file(),
      SCHEMA_REGISTRY_CA_FILE: file(),
    });
    expect(access).toMatchObject({
      tls: { ca: 'from a file' },
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'from a file' },
      registryTls: { ca: 'from a file' },
    });
    const { registryAuth } = access;
    expect(registryAuth !== undefined && 'token' in registryAuth && (await registryAuth.token())).toBe(
      'from a file',
    );
  });

  it('turn TLS on alone', () => {
    expect(read({ KAFKA_SSL: 'true' })).toEqual({ tls: {} });
  });

  it.each([
    ['a user without a password', { KAFKA_SASL_USERNAME: 'u' }],
    ['a password without a user', { SCHEMA_REGISTRY_PASSWORD: 'canary' }],
    ['certificates where TLS is off', { KAFKA_SSL: 'false', KAFKA_CA_FILE: __filename }],
    ['a file that is missing', { KAFKA_CA_FILE: '/nowhere/at/all' }],
    [
      'a token beside a password',
      {
        SCHEMA_REGISTRY_TOKEN_FILE: 'x',
        SCHEMA_REGISTRY_USERNAME: 'u',
        SCHEMA_REGISTRY_PASSWORD: 'canary',
      },
    ],
  ])('refuse %s, and show no secret', (_, env) => {
    expect(() => read(env)).toThrow(
      expect.objectContaining({
        code: 'invalid-configuration',
        message: expect.not.stringContaining('canary'),
      }),
    );
  });
});
