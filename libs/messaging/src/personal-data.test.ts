import { createAvroCodec, createInMemoryRegistry } from '@baton/contracts';
import { defineEventType, instantFromMillis, publishedVersions, toHeaders } from '@baton/core';
import { ParkingWorld } from '../test/parking-world';
import { handle, type Logger } from '.';

const canary = 'canary-4711';
const schema = {
  type: 'record',
  name: 'Moved',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'email', type: ['null', 'string'], pii: true },
    { name: 'born', type: { type: 'long', logicalType: 'timestamp-millis' }, pii: true },
    { name: 'contacts', type: { type: 'map', values: 'string' }, pii: true },
  ],
};
interface Moved {
  readonly id: string;
  readonly email: string | null;
  readonly born: Date;
  readonly contacts: Readonly<Record<string, string>>;
}
const CustomerMoved = defineEventType<{ 1: Moved }, 1>({
  name: 'crm.CustomerMoved',
  kind: 'event',
  keyField: 'id',
  newest: 1,
  versions: { 1: { schema } },
  downcasts: {},
  upcasts: {},
});
const topic = 'crm.CustomerMoved.v1';
const someone: Moved = {
  id: 'c1',
  email: `${canary}@example.org`,
  born: new Date(0),
  contacts: { [canary]: canary },
};

/** Everything that a log could show of what it is given: errors with stack, details and causes. */
const everythingIn = (given: unknown): string => {
  if (given instanceof Error)
    return `${given.stack} ${everythingIn({ ...given })} ${everythingIn(given.cause)}`;
  if (Array.isArray(given) || (typeof given === 'object' && given !== null))
    return Object.entries(given)
      .map(([name, value]) => `${name}: ${everythingIn(value)}`)
      .join(' ');
  return String(given);
};

const setUp = async () => {
  const world = new ParkingWorld();
  world.broker.createTopic(topic, { partitions: 1 });
  const registry = createInMemoryRegistry();
  const { id: schemaId } = await registry.register(`${topic}-value`, schema);
  const lines: string[] = [];
  const write = (fields: object, text: string) => void lines.push(`${text} ${everythingIn(fields)}`);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const publisher = await world.publisher('p1', [1], {
    publishes: [{ eventType: CustomerMoved, versions: [1] }],
    codec: createAvroCodec({ registry }),
    logger,
  });
  const start = (handler: () => Promise<void>) =>
    world.started('m', {
      deps: {
        on: [handle(CustomerMoved, { 1: handler })],
        codec: createAvroCodec({ registry }),
        logger,
        deadLetters: world.deadLetters('m'),
      },
    });
  const putBytes = (bytes: Buffer): void => {
    const header = Buffer.alloc(5);
    header.writeUInt32BE(schemaId, 1);
    world.broker.append({
      topic,
      partition: 0,
      key: `k${bytes.length}`,
      value: Buffer.concat([header, bytes]),
      headers: toHeaders(
        {
          id: `bytes-${bytes.length}`,
          source: 'crm',
          type: CustomerMoved.name,
          createdAt: instantFromMillis(world.clock.now()),
          published: publishedVersions([1]),
        },
        `/subjects/${topic}-value/versions/1`,
      ),
      timestamp: world.clock.now(),
    });
  };
  const settle = async () => {
    const end = () => world.broker.logs(topic)[0]?.highWatermark() ?? 0;
    await world.clock.until(
      () => world.broker.group(world.group).offsets.get({ topic, partition: 0 }).offset === end(),
    );
  };
  return { world, publisher, start, putBytes, settle, lines };
};

describe('personal data', () => {
  it.each([
    ['a wrong kind', { ...someone, email: { text: canary } }],
    ['an impossible day', { ...someone, born: new Date(Number.NaN) }],
    ['a wrong value in a map, whose names are personal too', { ...someone, contacts: { [canary]: 7 } }],
    ['a missing field', { id: 'c1', email: canary, contacts: { [canary]: canary } }],
    [
      'an object that throws when it is read',
      {
        ...someone,
        get born() {
          throw new Error(canary);
        },
      },
    ],
  ])('shows in no error about %s', async (_, data) => {
    const { publisher, lines } = await setUp();
    const error = await publisher
      .publish(CustomerMoved, { key: 'c1', data: data as unknown as Moved })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid-data' });
    expect(everythingIn(error)).not.toContain(canary);
    expect(lines.join('\n')).not.toContain(canary);
  });

  it('shows in no log and in nothing that is noted of a dead letter', async () => {
    const { world, publisher, start, putBytes, settle, lines } = await setUp();
    await world.clock.settle(publisher.publish(CustomerMoved, { key: 'c1', data: someone }));
    putBytes(Buffer.from(`\u0004c2\u0002${canary}`));
    putBytes(Buffer.from(`${canary}, and no event at all`));
    putBytes(Buffer.concat([Buffer.from('\u0004c2\u0000'), Buffer.alloc(9, 0xff), Buffer.from(canary)]));
    const { consumer } = await start(async () => {
      throw new Error('the mail server is away');
    });
    await settle();
    const letters = world.letters();
    expect(letters.map(({ because }) => because).sort()).toEqual([
      'failed',
      'unreadable',
      'unreadable',
      'unreadable',
    ]);
    expect(letters.some(({ original }) => original.value?.includes(canary))).toBe(true);
    expect(everythingIn(letters.map(({ original, ...noted }) => noted))).not.toContain(canary);
    expect(lines.some((line) => line.startsWith('event parked'))).toBe(true);
    expect(lines.join('\n')).not.toContain(canary);
    expect(everythingIn(consumer.health())).not.toContain(canary);
  });
});
