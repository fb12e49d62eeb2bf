import { createServer as createHttpServer, type RequestListener, request, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Authority, createAuthority } from '@baton/testing';
import { registryUrl } from '../test/stack';
import { createSchemaRegistry } from './registry';
import type { RegistryOptions } from './registry-http';

jest.setTimeout(60_000);

/** A proxy before the real registry that lets only those through who satisfy `admits`. */
const open: Server[] = [];
const url = new URL(registryUrl());

const forwardIf =
  (admits: (headers: Readonly<Record<string, unknown>>) => boolean): RequestListener =>
  (incoming, outgoing) => {
    if (!admits(incoming.headers)) {
      outgoing.writeHead(401).end('{"message":"who are you?"}');
      return;
    }
    const { method, headers } = incoming;
    const passed = request(
      { host: url.hostname, port: url.port, method, path: incoming.url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(passed);
  };

const listening = async (server: Server): Promise<number> => {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
};

let authority: Authority;
beforeAll(() => {
  authority = createAuthority();
});
afterAll(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
});

/** The registry behind https; with `clients`, it asks for their certificates. */
const secured = async (
  admits: (headers: Readonly<Record<string, unknown>>) => boolean,
  clients: 'anybody' | 'certified' = 'anybody',
): Promise<string> => {
  const { ca } = authority;
  const certified = clients === 'certified' ? { ca, requestCert: true, rejectUnauthorized: true } : {};
  const port = await listening(
    createHttpsServer({ ...authority.issue('registry'), ...certified }, forwardIf(admits)),
  );
  return `https://127.0.0.1:${port}${url.pathname}`;
};

const schema = { type: 'record', name: 'Access', fields: [{ name: 'a', type: 'int' }] };

/** Uses both ways by which the registry is reached. */
const useRegistry = async (options: RegistryOptions): Promise<void> => {
  const registry = createSchemaRegistry(options);
  await registry.ping();
  const { id } = await registry.register('test.Access.v1-value', schema);
  expect(await registry.schemaById(id)).toMatchObject({ name: 'Access' });
};

describe('a registry behind https', () => {
  it('is used by name and password', async () => {
    const expected = `Basic ${Buffer.from('u:p').toString('base64')}`;
    const at = await secured(({ authorization }) => authorization === expected);
    const tls = { ca: authority.ca };
    await useRegistry({ url: at, tls, auth: { username: 'u', password: 'p' } });
    const wrong = createSchemaRegistry({ url: at, tls, auth: { username: 'u', password: 'canary' } });
    const error: unknown = await wrong.ping().catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'invalid-configuration' });
    expect(String(error)).not.toContain('canary');
  });

  it('is used with a bearer token, which may change between requests', async () => {
    const valid = new Set<unknown>();
    const at = await secured(({ authorization }) => valid.has(authorization));
    let made = 0;
    const token = async (): Promise<string> => {
      made += 1;
      valid.add(`Bearer t${made}`);
      return `t${made}`;
    };
    await useRegistry({ url: at, tls: { ca: authority.ca }, auth: { token } });
    expect(made).toBeGreaterThan(2);
  });

  it('is used with a certificate of our own', async () => {
    const at = await secured(() => true, 'certified');
    const { ca } = authority;
    await useRegistry({ url: at, tls: { ca, ...authority.issue('reminders') } });
    for (const tls of [{ ca }, { ca, ...createAuthority('Somebody else').issue('reminders') }]) {
      await expect(createSchemaRegistry({ url: at, tls }).ping()).rejects.toMatchObject({
        code: 'registry-unavailable',
      });
    }
  });

  it('is not trusted because it says so', async () => {
    const at = await secured(() => true);
    for (const tls of [{}, { ca: createAuthority('Somebody else').ca }]) {
      const asked = createSchemaRegistry({ url: at, tls });
      await expect(asked.ping()).rejects.toMatchObject({ code: 'registry-unavailable' });
      await expect(asked.schemaById(1)).rejects.toMatchObject({ code: 'registry-unavailable' });
    }
  });

  it('is not told secrets in the clear', () => {
    const clear = { url: 'http://registry.example:8081' };
    for (const options of [
      { ...clear, auth: { username: 'u', password: 'p' } },
      { ...clear, auth: { token: async () => 't' } },
      { ...clear, tls: { ca: authority.ca } },
    ]) {
      expect(() => createSchemaRegistry(options)).toThrow(
        expect.objectContaining({ code: 'invalid-configuration' }),
      );
    }
  });
});

describe('a registry that goes wrong', () => {
  it.each([
    ['answers with a page', '<html>welcome</html>'],
    ['answers with a JSON that is no answer', '[]'],
  ])('%s: is unavailable', async (_, body) => {
    const port = await listening(createHttpServer((_request, response) => response.end(body)));
    const registry = createSchemaRegistry({ url: `http://127.0.0.1:${port}` });
    await expect(registry.lookup('s-value', schema)).rejects.toMatchObject({ code: 'registry-unavailable' });
  });

  it('answers without end: is unavailable, and no longer listened to', async () => {
    let ended = 0;
    const port = await listening(
      createHttpServer((_request, response) => {
        const chunk = Buffer.alloc(1_048_576, 32);
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        response.on('close', () => {
          ended += 1;
        });
        more();
      }),
    );
    const registry = createSchemaRegistry({ url: `http://127.0.0.1:${port}` });
    const code = 'registry-unavailable';
    await expect(registry.lookup('s-value', schema)).rejects.toMatchObject({ code });
    await expect(registry.schemaById(1)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('more than'),
    });
    while (ended < 2) await new Promise((resolve) => setImmediate(resolve));
  });
});
