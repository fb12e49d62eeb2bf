import { randomUUID } from 'node:crypto';
import { headerNames, topicOf, version } from '@baton/core';
import type { Message } from 'kafkajs';
import type { ActionOf } from '../plan/actions';
import type { Random } from '../random';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';
import { withRawProducer } from './raw-client';

const partitions = 3;

/** A burst of records from a foreign producer that nobody can read: every group has to park each of them. */
export const malform = async (
  { eventType, payloads, headers }: ActionOf<'malform'>,
  stage: Stage,
): Promise<Outcome> => {
  const name = stage.cast.eventTypes[eventType] ?? '';
  const made = await send('malformed-payload', { name, count: payloads, make: badPayload }, stage);
  return made === 'done'
    ? send('malformed-headers', { name, count: headers, make: badHeaders }, stage)
    : made;
};

interface Burst {
  readonly name: string;
  readonly count: number;
  readonly make: (good: Good, random: Random) => Message;
}

const send = (fault: string, { name, count, make }: Burst, stage: Stage): Promise<Outcome> =>
  stage.faults.during(fault, name, async () => {
    const { random, cluster, clock } = stage;
    await withRawProducer(cluster.stack.brokers, async (producer) => {
      for (const own of [1, 2]) {
        const messages = Array.from(
          { length: own === 1 ? Math.ceil(count / 2) : Math.floor(count / 2) },
          () => make(goodMessage(name, own, clock.now()), random),
        );
        if (messages.length === 0) continue;
        const placed = messages.map((message) => ({
          ...message,
          partition: random.between(0, partitions - 1),
        }));
        await producer.send({ topic: topicOf(name, version(own)), messages: placed, acks: -1 });
      }
    });
    return { note: '', outcome: 'done', times: count };
  });

interface Good {
  readonly key: string;
  readonly value: Buffer;
  readonly timestamp: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Published in its own version only, so that it is read by every group, whatever it is bound to. */
const goodMessage = (name: string, own: number, now: number): Good => ({
  key: `malformed-${randomUUID()}`,
  value: Buffer.from('no Avro at all'),
  timestamp: String(now),
  headers: {
    [headerNames.specVersion]: '1.0',
    [headerNames.id]: randomUUID(),
    [headerNames.source]: 'foreign',
    [headerNames.type]: name,
    [headerNames.time]: new Date(now).toISOString(),
    [headerNames.publishedVersions]: String(own),
  },
});

const unknownSchemaId = 2_000_000_000;

const wireFormat = (id: number, rest: Buffer, magic = 0): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(magic);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, rest]);
};

const payloads: readonly ((random: Random) => Buffer | null)[] = [
  () => null,
  () => Buffer.alloc(0),
  () => Buffer.from('no wire format'),
  () => Buffer.from([0, 0, 0]),
  () => wireFormat(1, Buffer.from('x'), 7),
  (random) => wireFormat(1, Buffer.from([random.between(0, 255), random.between(0, 255)])),
];

/** An id that the registry does not know is asked for again for a while, so it comes seldom. */
const badPayload = (good: Good, random: Random): Message => ({
  ...good,
  value:
    random.next() < 0.005 ? wireFormat(unknownSchemaId, Buffer.from('x')) : random.pick(payloads)(random),
});

const headerFaults: readonly ((headers: Record<string, string>) => void)[] = [
  (headers) => delete headers[headerNames.publishedVersions],
  (headers) => Object.assign(headers, { [headerNames.publishedVersions]: '7,8' }),
  (headers) => Object.assign(headers, { [headerNames.publishedVersions]: 'both' }),
  (headers) => Object.assign(headers, { [headerNames.id]: '' }),
  (headers) => delete headers[headerNames.id],
  (headers) => Object.assign(headers, { [headerNames.time]: 'yesterday' }),
  (headers) => Object.assign(headers, { [headerNames.specVersion]: '0.3' }),
  (headers) => Object.assign(headers, { [headerNames.type]: 'other.Type' }),
];

const badHeaders = (good: Good, random: Random): Message => {
  const headers = { ...good.headers };
  random.pick(headerFaults)(headers);
  return { ...good, headers };
};
