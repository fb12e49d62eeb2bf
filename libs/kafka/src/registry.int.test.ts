import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SchemaRegistry as StockClient } from '@kafkajs/confluent-schema-registry';
import { registryUrl } from '../test/stack';
import { createSchemaRegistry } from './registry';

jest.setTimeout(30_000);

const registry = createSchemaRegistry({ url: registryUrl() });
const subject = () => `test.${randomUUID().slice(0, 8)}.v1-value`;

const record = (name: string, ...fields: object[]) => ({ type: 'record', name, namespace: 'test', fields });
const unique = () => `R${randomUUID().replaceAll('-', '')}`;

describe('the schema registry', () => {
  it('is read by a stock client', async () => {
    const schema = record(unique(), { name: 'a', type: 'string' });
    const { id } = await registry.register(subject(), schema);
    const stock = new StockClient({ host: registryUrl() });
    const encoded = await stock.encode(id, { a: 'x' });
    expect(await stock.decode(encoded)).toEqual({ a: 'x' });
  });

  it('gives schemas by id as they are stored, and asks for each once', async () => {
    const amount = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2, unit: 'EUR' };
    const stored = { ...record(unique(), { name: 'a', type: amount, doc: 'kept' }), doc: 'kept too' };
    const asked: (string | undefined)[] = [];
    let failures = 1;
    const server = createServer((request, response) => {
      asked.push(request.url);
      failures -= 1;
      response.writeHead(failures >= 0 ? 503 : 200).end(JSON.stringify({ schema: JSON.stringify(stored) }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const reader = createSchemaRegistry({ url: `http://127.0.0.1:${port}/apis/x` });
    expect(await Promise.all([reader.schemaById(7), reader.schemaById(7)])).toEqual([stored, stored]);
    expect(await reader.schemaById(7)).toEqual(stored);
    expect(asked).toEqual(['/apis/x/schemas/ids/7', '/apis/x/schemas/ids/7']);
    server.closeAllConnections();
    server.close();
  });

  it('rejects with registry-unavailable when nobody listens, or nothing comes in time', async () => {
    const nobody = createSchemaRegistry({ url: 'http://127.0.0.1:1' });
    for (const asked of [nobody.ping(), nobody.schemaById(1)])
      await expect(asked).rejects.toMatchObject({ code: 'registry-unavailable' });
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const silent = createSchemaRegistry({ url: `http://127.0.0.1:${port}`, timeoutMs: 100 });
    for (const unanswered of await Promise.allSettled([silent.ping(), silent.schemaById(1)]))
      expect(unanswered).toMatchObject({ status: 'rejected', reason: { code: 'registry-unavailable' } });
    server.closeAllConnections();
    server.close();
  });

  it('asks anew where an answer broke off, also for an id that somebody waits for', async () => {
    const schema = record(unique(), { name: 'a', type: 'string' });
    const answer = JSON.stringify({ schema: JSON.stringify(schema) });
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.writeHead(200, { 'content-length': answer.length });
      if (asked > 1) response.end(answer);
      else response.write(answer.slice(0, 10), () => response.destroy());
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const reader = createSchemaRegistry({ url: `http://127.0.0.1:${port}`, timeoutMs: 500 });
    for (const broken of await Promise.allSettled([reader.schemaById(7), reader.schemaById(7)]))
      expect(broken).toMatchObject({ status: 'rejected', reason: { code: 'registry-unavailable' } });
    expect(await reader.schemaById(7)).toEqual(schema);
    server.close();
  });

  it('sends credentials, given apart or in the URL, and never names them in an error', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const apart = createSchemaRegistry({
      url: `http://127.0.0.1:${port}`,
      auth: { username: 'u', password: 'secret' },
    });
    const within = createSchemaRegistry({ url: `http://u:secret@127.0.0.1:${port}` });
    for (const each of [apart, within]) {
      for (const asked of [each.ping(), each.schemaById(1)]) {
        const error: unknown = await asked.catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'invalid-configuration' });
        expect(String(error)).not.toContain('secret');
      }
    }
    expect(seen).toEqual(Array(4).fill(`Basic ${Buffer.from('u:secret').toString('base64')}`));
    server.closeAllConnections();
    server.close();
  });
});
