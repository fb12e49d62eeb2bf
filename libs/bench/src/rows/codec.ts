import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { avroLogicalTypes, createAvroCodec, createInMemoryRegistry } from '@baton/contracts';
import { type EventType, subjectOf, version } from '@baton/core';
import { BooksBorrowed, type BooksBorrowedV2 } from '@baton/schemas';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import type { Row, Size } from '../row';
import { ratioTarget } from '../targets';
import { loan, loanEventType } from '../workload/loan';
import { nanosEach } from '../workload/spans';

const plain = loanEventType('bench.CodecLoan');
const samples = 256;

const borrowed = (n: number): BooksBorrowedV2 => ({
  loanId: `loan-${100_000 + n}`,
  borrower: { borrowerId: `borrower-${n}`, name: 'Ada Marsh', email: null },
  books: [
    { isbn: '978-0-14-143951-8', title: 'Pride and Prejudice', replacementPrice: '12.50' },
    { isbn: '978-0-14-143957-0', title: 'Emma', replacementPrice: `${n}.00` },
  ],
  branch: 'HARBOUR',
  borrowedAt: new Date(1_790_000_000_000 + n),
  dueDate: '2026-12-21',
  note: null,
});

/** Both ways of one codec; what it encodes it decodes to the data it was given. */
interface Coder {
  encode(data: unknown): Buffer | Promise<Buffer>;
  decode(bytes: Buffer): unknown;
  close(): Promise<void>;
}

const batonCoder = async (eventType: EventType): Promise<Coder> => {
  const registry = createInMemoryRegistry();
  for (const [v, { schema }] of Object.entries(eventType.versions)) {
    await registry.register(subjectOf(eventType.name, version(Number(v))), schema);
  }
  const codec = createAvroCodec({ registry });
  await codec.prepare([eventType]);
  return {
    encode: (data) => codec.encode(eventType, 2, data),
    decode: (bytes) => codec.decode(eventType, 2, bytes),
    close: async () => {},
  };
};

/** The client as it is used: it asks a registry over HTTP once, and keeps what it has learned. */
const registryClientCoder = async (schema: unknown, options: object): Promise<Coder> => {
  const answer = JSON.stringify({ schema: JSON.stringify(schema) });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(answer);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const client = new SchemaRegistry({ host: `http://127.0.0.1:${port}` }, { [SchemaType.AVRO]: options });
  return {
    encode: (data) => client.encode(1, data),
    decode: (bytes) => client.decode(bytes),
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const jsonCoder: Coder = {
  encode: (data) => Buffer.from(JSON.stringify(data)),
  decode: (bytes) => JSON.parse(bytes.toString('utf8')),
  close: async () => {},
};

const plainSamples = (): readonly unknown[] => Array.from({ length: samples }, (_, n) => loan(n));
const logicalSamples = (): readonly unknown[] => Array.from({ length: samples }, (_, n) => borrowed(n));

const contenders: Readonly<Record<string, { make(): Promise<Coder>; data(): readonly unknown[] }>> = {
  baton: { make: () => batonCoder(plain), data: plainSamples },
  'registry client': {
    make: () => registryClientCoder(plain.versions[2].schema, {}),
    data: plainSamples,
  },
  JSON: { make: async () => jsonCoder, data: plainSamples },
  'baton, logical types': { make: () => batonCoder(BooksBorrowed), data: logicalSamples },
  'registry client, logical types': {
    make: () =>
      registryClientCoder(BooksBorrowed.versions[2].schema, {
        logicalTypes: avroLogicalTypes,
        omitRecordMethods: true,
      }),
    data: logicalSamples,
  },
};

/** What comes back must be what went in, or the figures are of something else. */
export const assertSame = (given: unknown, found: unknown): void => {
  const [wanted, got] = [JSON.stringify(given), JSON.stringify(found)];
  if (wanted !== got) throw new Error(`Expected ${wanted} to be decoded again, got ${got}.`);
};

const timesOf = (size: Size): number => (size === 'full' ? 512 : 64) * samples;

/** Clients whose calls return promises are awaited, as their users must; the others are not. */
const encodeSpan = async (coder: Coder, data: readonly unknown[], times: number): Promise<number> => {
  let bytes = 0;
  for (let i = 0; i < times; i += 1) {
    const encoded = coder.encode(data[i % samples]);
    bytes += (encoded instanceof Promise ? await encoded : encoded).length;
  }
  return bytes;
};

const decodeSpan = async (coder: Coder, messages: readonly Buffer[], times: number): Promise<number> => {
  let objects = 0;
  for (let i = 0; i < times; i += 1) {
    const decoded = coder.decode(messages[i % samples] ?? Buffer.alloc(0));
    const value = decoded instanceof Promise ? await decoded : decoded;
    if (typeof value === 'object' && value !== null) objects += 1;
  }
  return objects;
};

const avscAlone =
  'Nine tenths of it are avsc itself, which reads this value in 0.52 to 0.57 µs where Baton takes 0.58; half of the registry client would be less than avsc alone takes';

/** How long a message value takes to be written and read. */
export const codec: Row = {
  name: 'codec',
  title: 'A message value of about 190 bytes',
  needs: 'nothing',
  how: 'All contenders write and read the same data, and what comes back is compared. Processor time is measured. With logical types, dates and decimals are converted too.',
  measures: [
    { name: 'encode', title: 'encode', unit: 'µs', better: 'lower' },
    { name: 'decode', title: 'decode', unit: 'µs', better: 'lower' },
  ],
  contenders: Object.keys(contenders),
  targets: (['encode', 'decode'] as const).map((measure) =>
    ratioTarget({
      measure,
      of: ['baton', 'registry client'],
      atMost: 0.5,
      floor: 1,
      text: `${measure} at most half of the registry client`,
      ...(measure === 'decode' ? { because: avscAlone } : {}),
    }),
  ),
  run: async (name, { size }) => {
    const contender = contenders[name];
    if (contender === undefined) throw new Error(`There is no contender ${name}.`);
    const [coder, data] = [await contender.make(), contender.data()];
    try {
      const messages = await Promise.all(data.map((one) => coder.encode(one)));
      for (const [i, message] of messages.entries()) assertSame(data[i], await coder.decode(message));
      const times = timesOf(size);
      const plan = { times, warmUps: 3, spans: 7 };
      const bytes = messages.reduce((sum, { length }) => sum + length, 0) * (times / samples);
      const encode = await nanosEach((n) => encodeSpan(coder, data, n), { ...plan, expected: bytes });
      const decode = await nanosEach((n) => decodeSpan(coder, messages, n), { ...plan, expected: times });
      return { encode: encode / 1_000, decode: decode / 1_000 };
    } finally {
      await coder.close();
    }
  },
};
