import { connect, createServer } from 'node:net';
import { BatonError } from '@baton/core';
import { type Clock, silentLogger } from '@baton/messaging';
import { createMetrics } from '../metrics/metrics';
import { createReadiness, type Reason } from './health';
import { createHttpServer } from './http-server';

const setUp = (options: { clock?: Clock; port?: number; slowestMs?: number } = {}) => {
  const readiness = createReadiness();
  const metrics = createMetrics({ ofProcess: false });
  const failures: unknown[] = [];
  const started = { yet: true };
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    readiness,
    hasStarted: () => started.yet,
    metrics,
    drainMs: 0,
    ...options,
    routes: (app) => {
      app.post('/echo', async (request) => request.body);
      app.get('/fail', async () => {
        throw failures.pop();
      });
    },
  });
  return { readiness, started, server, failWith: (error: unknown) => void failures.push(error) };
};

describe('health', () => {
  it('is alive', async () => {
    const { server } = setUp();
    expect((await server.app.inject('/livez')).json()).toEqual({ status: 'alive' });
  });

  it('is ready while no check has a reason against it, and gives all reasons otherwise', async () => {
    const { server, readiness } = setUp();
    let reasons: readonly Reason[] = [];
    readiness.add(() => reasons);
    readiness.add(() => reasons);
    const ready = await server.app.inject('/readyz');
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready' }]);
    reasons = [{ check: 'consumer', because: 'no assignment' }];
    const notReady = await server.app.inject('/readyz');
    expect([notReady.statusCode, notReady.json()]).toEqual([
      503,
      { status: 'not-ready', because: [...reasons, ...reasons] },
    ]);
  });
});

describe('the end of the start', () => {
  it('is told once, whatever readiness says afterwards', async () => {
    const { server, readiness, started } = setUp();
    const reasons = [{ check: 'consumer', because: 'no assignment' }];
    readiness.add(() => reasons);
    started.yet = false;
    const starting = await server.app.inject('/startupz');
    expect([starting.statusCode, starting.json()]).toEqual([503, { status: 'starting', because: reasons }]);
    started.yet = true;
    expect((await server.app.inject('/startupz')).statusCode).toBe(200);
  });
});

describe('errors over HTTP', () => {
  it.each([
    ['invalid-data', 400],
    ['event-too-large', 413],
  ] as const)('answers %s with %d and its message', async (code, status) => {
    const { server, failWith } = setUp();
    failWith(new BatonError(code, 'What to do.'));
    const response = await server.app.inject('/fail');
    expect([response.statusCode, response.json()]).toEqual([status, { code, message: 'What to do.' }]);
  });

  it.each(['publisher-closed', 'broker-unavailable', 'database-unavailable'] as const)(
    'answers %s with 503 and its code, and says nothing of what lies behind the service',
    async (code) => {
      const { server, failWith } = setUp();
      failWith(new BatonError(code, 'no answer of db.internal:5432, password of user "lending"'));
      const response = await server.app.inject('/fail');
      const message = 'The service cannot do this at present. Try again later; its log says why.';
      expect([response.statusCode, response.json()]).toEqual([503, { code, message }]);
    },
  );

  it('names the event whose outcome is unknown', async () => {
    const { server, failWith } = setUp();
    failWith(
      new BatonError('outcome-unknown', 'kafka-1.internal did not answer.', { details: { id: 'e-1' } }),
    );
    const response = await server.app.inject('/fail');
    const message = 'Nobody can say whether this took effect. Look for it before you send it again.';
    expect([response.statusCode, response.json()]).toEqual([
      503,
      { code: 'outcome-unknown', message, id: 'e-1' },
    ]);
  });

  it('keeps what failed inside to itself', async () => {
    const { server, failWith } = setUp();
    failWith(new Error('secret'));
    const response = await server.app.inject('/fail');
    expect([response.statusCode, response.json().code]).toEqual([500, 'internal-error']);
    expect(response.body).not.toContain('secret');
  });

  it('refuses a body over 1 MiB, one that is not JSON or not called so, and an unknown path', async () => {
    const { server } = setUp();
    const headers = { 'content-type': 'application/json' };
    const post = (payload: string) => server.app.inject({ method: 'POST', url: '/echo', headers, payload });
    const large = await post(JSON.stringify('x'.repeat(1024 * 1024)));
    const broken = await post('{');
    const missing = await server.app.inject('/nowhere');
    const text = await server.app.inject({
      ...{ method: 'POST', url: '/echo', payload: '{}', headers: { 'content-type': 'text/plain' } },
    });
    expect(large.json().message).toContain('1048576 bytes');
    expect(text.json().message).toContain('content-type: application/json');
    const answers = [large, broken, missing, text].map((one) => [one.statusCode, one.json().code]);
    expect(answers).toEqual([
      [413, 'body-too-large'],
      [400, 'bad-request'],
      [404, 'not-found'],
      [415, 'unsupported-media-type'],
    ]);
  });
});

describe('an HTTP server', () => {
  it('listens on a free port, and after closing no more', async () => {
    const { server } = setUp();
    const { port } = await server.start();
    const url = `http://127.0.0.1:${port}/livez`;
    expect((await fetch(url)).status).toBe(200);
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says which port of which host is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve, reject) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('Expected a port.'));
      });
    });
    try {
      await expect(setUp({ port }).server.start()).rejects.toMatchObject({
        code: 'port-in-use',
        message: expect.stringContaining(`port ${port} of 127.0.0.1`),
      });
    } finally {
      other.close();
    }
  });

  it('keeps an idle connection longer than clients do', async () => {
    const { server } = setUp();
    const { port } = await server.start();
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    expect(response.headers.get('keep-alive')).toBe('timeout=72');
    await server.close();
  });

  it('is not ready and asks clients to go elsewhere from the moment it is closing', async () => {
    let endDrain = () => {};
    const clock: Clock = {
      now: () => 0,
      elapsed: () => 0,
      after: (_ms, callback) => {
        endDrain = callback;
        return () => {};
      },
    };
    const { server } = setUp({ clock });
    const { port } = await server.start();
    const closing = server.close();
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ because: [{ because: 'The service is stopping.' }] });
    expect(response.headers.get('connection')).toBe('close');
    endDrain();
    await closing;
  });
});

describe('a request that does not end', () => {
  it('is ended, whether nothing comes any more or always a little', async () => {
    const { server } = setUp({ slowestMs: 200 });
    const { port } = await server.start();
    const half = 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n';
    const send = async (trickle: boolean): Promise<void> => {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      const timer = setInterval(() => trickle && socket.write('X-A: b\r\n'), 20);
      socket.resume().write(half);
      await new Promise((resolve) => socket.once('close', resolve));
      clearInterval(timer);
    };
    await Promise.all([send(false), send(true)]);
    await server.close();
  });
});
