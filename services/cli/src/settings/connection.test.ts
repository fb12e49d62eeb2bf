import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOptions, registryOptions } from './connection';
import { resolveSettings } from './resolve';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-'));
  for (const name of ['ca', 'cert', 'key', 'token'])
    writeFileSync(join(folder, `${name}.pem`), `${name} text`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const given = (env: Readonly<Record<string, string>>) => resolveSettings({ flags: {}, env, cwd: folder });

describe('access to the brokers', () => {
  test('certificates are read from their files and turn TLS on', () => {
    const env = { KAFKA_CA_FILE: 'ca.pem', KAFKA_CERT_FILE: 'cert.pem', KAFKA_KEY_FILE: 'key.pem' };
    expect(connectionOptions(given(env))).toMatchObject({
      tls: { ca: 'ca text', cert: 'cert text', key: 'key text' },
    });
  });

  test('a user is known by SCRAM unless another mechanism is named', () => {
    const env = { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' };
    expect(connectionOptions(given(env)).sasl).toEqual({
      mechanism: 'scram-sha-512',
      username: 'u',
      password: 'p',
    });
    expect(connectionOptions(given({ ...env, KAFKA_SASL_MECHANISM: 'PLAIN' })).sasl).toMatchObject({
      mechanism: 'plain',
    });
  });

  test.each([
    [{ KAFKA_SSL: 'false', KAFKA_CA_FILE: 'ca.pem' }, /TLS is off/],
    [{ KAFKA_CA_FILE: 'missing.pem' }, /missing\.pem/],
    [{ KAFKA_SASL_USERNAME: 'u' }, /password is missing/],
  ])('what is half given is refused: %j', (env, message) => {
    expect(() => connectionOptions(given(env))).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', message: expect.stringMatching(message) }),
    );
  });
});

describe('access to the registry', () => {
  test('a token comes from a file, certificates too', async () => {
    const access = registryOptions(
      given({ SCHEMA_REGISTRY_TOKEN_FILE: 'token.pem', SCHEMA_REGISTRY_CA_FILE: 'ca.pem' }),
    );
    expect(access.tls).toEqual({ ca: 'ca text' });
    const { auth } = access;
    expect(auth !== undefined && 'token' in auth ? await auth.token() : auth).toBe('token text');
  });

  test('a token and a password at once are refused', () => {
    const env = { SCHEMA_REGISTRY_TOKEN: 't', SCHEMA_REGISTRY_USERNAME: 'u', SCHEMA_REGISTRY_PASSWORD: 'p' };
    expect(() => registryOptions(given(env))).toThrow(/both a token and a password/);
  });

  test('no secret shows in what is printed', () => {
    const env = { SCHEMA_REGISTRY_TOKEN: 'canary-1', KAFKA_SASL_PASSWORD: 'canary-2' };
    expect(JSON.stringify(given(env))).not.toContain('canary');
  });
});
