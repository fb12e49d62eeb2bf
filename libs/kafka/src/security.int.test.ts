import { randomUUID } from 'node:crypto';
import {
  bindGroup,
  createLogBindings,
  followControlLog,
  groupState,
  readMigrationKey,
  sealedLog,
  sign,
} from '@baton/control';
import { topicOf, version } from '@baton/core';
import {
  countRemainders,
  createConsumer,
  createTwinPublisher,
  type EventConsumer,
  type EventPublisher,
  handle,
  silentLogger,
  systemClock,
} from '@baton/messaging';
import { BookEvent, createAuthority, createJsonCodec, newMigrationPem } from '@baton/testing';
import { type SecuredStack, startSecuredStack } from '../test/secured-stack';
import { eventually } from '../test/stack';
import { type KafkaPorts, type KafkaPortsOptions, leastPrivilege, type SaslOptions } from './index';
import { controlTopicSpec, eventTopicSpec, groupTopicSpec, presenceTopicSpec } from './topics';

jest.setTimeout(120_000);

const topics = [1, 2].map((v) => topicOf(BookEvent.name, version(v)));
const scope = { topics, controlTopic: 'baton.control', presenceTopic: 'baton.presence' };
const group = 'reminders';

let stack: SecuredStack;
let admin: KafkaPorts;
beforeAll(async () => {
  stack = await startSecuredStack();
  admin = stack.ports({ brokers: stack.open, clientId: 'admin' });
  await admin.topics.apply([
    ...topics.map((topic) =>
      eventTopicSpec({ topic, partitions: 2, marginMs: 1_000, retentionMs: 3_600_000 }),
    ),
    controlTopicSpec(scope.controlTopic),
    presenceTopicSpec(scope.presenceTopic),
  ]);
});
afterAll(() => stack?.close());

const trusted = () => ({ ca: stack.authority.ca });
const scram = (name: string): SaslOptions => ({
  mechanism: 'scram-sha-512',
  username: name,
  password: stack.passwords[name] ?? '',
});
/** A token as a test's authorisation server would give it: signed by nobody. */
const tokenOf = (subject: string): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  return `${part({ alg: 'none' })}.${part({ sub: subject, iat: now, exp: now + 600 })}.`;
};

describe('a broker that asks who we are', () => {
  const mayLook = (principal: string) =>
    admin.grant([
      {
        principal,
        resource: 'topic',
        name: topics[0] ?? '',
        pattern: 'literal',
        operations: ['describe'],
        because: 'test',
      },
    ]);

  it.each<[string, string, () => Partial<KafkaPortsOptions>]>([
    ['SCRAM-SHA-512', 'User:lending', () => ({ tls: trusted(), sasl: scram('lending') })],
    [
      'PLAIN over TLS',
      'User:plain',
      () => ({
        tls: trusted(),
        sasl: { mechanism: 'plain', username: 'plain', password: 'canary-plain' },
      }),
    ],
    [
      'OAUTHBEARER',
      'User:token',
      () => ({ tls: trusted(), sasl: { mechanism: 'oauthbearer', token: async () => tokenOf('token') } }),
    ],
    [
      'a certificate',
      'User:CN=certified',
      () => ({
        brokers: [stack.mutual],
        tls: { ...trusted(), ...stack.clientCertificate('certified') },
      }),
    ],
  ])('knows us by %s', async (_, principal, options) => {
    const ports = stack.ports(options());
    await expect(ports.logOffsets.end(topics[0] ?? '')).rejects.toMatchObject({ code: 'not-authorized' });
    await mayLook(principal);
    await expect(ports.logOffsets.end(topics[0] ?? '')).resolves.toHaveLength(2);
  });

  it.each<[string, string, () => Partial<KafkaPortsOptions>]>([
    [
      'a wrong password',
      'not-authorized',
      () => ({
        tls: trusted(),
        sasl: { mechanism: 'scram-sha-512', username: 'lending', password: 'canary' },
      }),
    ],
    ['nobody', 'broker-unavailable', () => ({ tls: trusted() })],
    ['talk in the clear', 'broker-unavailable', () => ({ sasl: scram('lending') })],
    [
      'a broker of an authority that we do not trust',
      'broker-unavailable',
      () => ({ tls: { ca: createAuthority('Other').ca }, sasl: scram('lending') }),
    ],
    [
      'a certificate of an authority that the broker does not trust',
      'broker-unavailable',
      () => ({
        brokers: [stack.mutual],
        tls: { ...trusted(), ...createAuthority('Other').issue('certified') },
      }),
    ],
  ])('does not let us in with %s, and no error repeats a secret', async (_, code, options) => {
    const ports = stack.ports({ ...options(), limitMs: 4_000 });
    const error: unknown = await ports.logOffsets.end(topics[0] ?? '').catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('canary');
  });
});

describe('with the least rights', () => {
  const { secret, open } = newMigrationPem();
  const privateKey = readMigrationKey(secret);
  const publicKey = readMigrationKey(open);
  const as = (name: string) => stack.ports({ tls: trusted(), sasl: scram(name), clientId: `${name}-1` });
  const groupTopics = [`${group}.dead-letters`, `${group}.retry`];
  const stops: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  beforeAll(() =>
    admin.grant([
      ...leastPrivilege({ kind: 'publisher', source: 'lending' }, { ...scope, principal: 'User:lending' }),
      ...leastPrivilege(
        {
          kind: 'subscriber',
          group,
          deadLetterTopic: `${group}.dead-letters`,
          retryTopic: `${group}.retry`,
        },
        { ...scope, principal: 'User:reminders' },
      ),
      ...leastPrivilege({ kind: 'script', groupTopics }, { ...scope, principal: 'User:script' }),
    ]),
  );

  const publisherOver = (ports: KafkaPorts, source: string): Promise<EventPublisher> =>
    createTwinPublisher({
      source,
      instance: `${source}-1`,
      publishes: [{ eventType: BookEvent, versions: [1, 2] }],
      codec: createJsonCodec(),
      createProducer: ports.transactionalProducer,
      topics: ports.topicReader,
      partitioner: ports.partitioner,
      newId: randomUUID,
      limits: { marginMs: 1_000, deadlineMs: 5_000 },
    });

  const consumerOver = async (
    ports: KafkaPorts,
    { name, handled }: { name: string; handled: [string, number][] },
  ): Promise<EventConsumer> => {
    const log = sealedLog(await ports.controlLog(), publicKey);
    const bindings = createLogBindings({
      log,
      group: name,
      by: `${name}-1`,
      lead: 7_000,
      clock: systemClock,
    });
    stops.push(() => bindings.close());
    const on = (v: number) => async (event: { readonly id: string }) => {
      handled.push([event.id, v]);
    };
    return createConsumer({
      group: name,
      instance: `${name}-1`,
      on: [handle(BookEvent, { 1: on(1), 2: on(2) })],
      groupMember: ports.groupMember,
      logOffsets: ports.logOffsets,
      codec: createJsonCodec(),
      bindings,
      logger: silentLogger,
      settings: { leaseMs: 6_000, marginMs: 1_000 },
    });
  };

  it('everybody does his part, live bind included', async () => {
    const publisher = await publisherOver(as('lending'), 'lending');
    stops.push(() => publisher.close());
    const handled: [string, number][] = [];
    const consumer = await consumerOver(as('reminders'), { name: group, handled });
    await consumer.start();
    stops.push(() => consumer.stop());
    const { id } = await publisher.publish(BookEvent, { key: 'k', data: { n: 1 } });
    await eventually(() => handled.some(([one, v]) => one === id && v === 1));

    const script = as('script');
    const follower = followControlLog({ log: sealedLog(await script.controlLog(), privateKey) });
    stops.push(() => follower.close());
    const bound = await bindGroup(
      {
        follower,
        groups: script.groupReader,
        offsets: script.logOffsets,
        clock: systemClock,
        newId: randomUUID,
      },
      { group, eventType: BookEvent.name, version: version(2) },
      {
        by: 'script',
        reason: 'test',
        versions: [version(1), version(2)],
        timings: { leaseMs: 6_000, marginMs: 1_000, listingMs: 3_000, decisionMs: 10_000 },
      },
    );
    expect(bound).toMatchObject({ kind: 'bound' });
  });

  it('a publisher cannot read events, nor a subscriber publish any', async () => {
    const lending = as('lending');
    await expect(lending.logOffsets.end(`${group}.dead-letters`)).rejects.toMatchObject({
      code: 'not-authorized',
    });
    const spy = await consumerOver(lending, { name: 'spies', handled: [] });
    await expect(spy.start()).rejects.toMatchObject({ code: 'not-authorized' });
    await expect(publisherOver(as('reminders'), 'reminders')).rejects.toMatchObject({
      code: 'not-authorized',
    });
  });

  it('it is the event topic that keeps them out, in groups and transactions that they may use', async () => {
    const ofTopic = { code: 'not-authorized', details: { type: 'TOPIC_AUTHORIZATION_FAILED' } };
    const place = { topic: topics[0] ?? '', partition: 0 };
    const reader = as('lending').recordReader();
    stops.push(() => reader.close());
    await expect(reader.read(place, 0)).rejects.toMatchObject(ofTopic);
    const producer = await as('reminders').transactionalProducer(`${group}.dead-letters.intruder`);
    stops.push(() => producer.close());
    await producer.begin();
    const record = { key: 'k', value: Buffer.from('v'), headers: {}, timestamp: Date.now() };
    await expect(producer.send([{ ...place, ...record }])).rejects.toMatchObject(ofTopic);
  });

  it('a subscriber that writes into the control log decides nothing', async () => {
    const reminders = as('reminders');
    const intruder = await reminders.controlLog();
    stops.push(() => intruder.close());
    const reader = followControlLog({ log: sealedLog(await as('lending').controlLog(), publicKey) });
    stops.push(() => reader.close());
    await reader.catchUp();
    const before = groupState(reader.state(), group, BookEvent.name);
    const voids = reader.state().voids;
    const signature = { by: 'script', reason: 'an intruder' };
    const since = Date.now() + 60_000;
    const entries = [
      {
        kind: 'binding-proposed' as const,
        proposal: 'intruder',
        group,
        eventType: BookEvent.name,
        version: version(1),
        since,
        decideBy: since + 10_000,
        lead: 7_000,
        expectedRevision: before.revision,
      },
      { kind: 'binding-listed' as const, proposal: 'intruder', members: [] },
      { kind: 'binding-confirmed' as const, proposal: 'intruder' },
      {
        kind: 'announced' as const,
        eventType: BookEvent.name,
        from: version(1),
        to: version(2),
        deadline: Date.now(),
        expectedRevision: 0,
      },
    ];
    for (const entry of entries) await intruder.append(sign(entry, signature));
    await reader.catchUp();
    expect(reader.state().voids).toBe(voids + entries.length);
    expect(groupState(reader.state(), group, BookEvent.name).timeline).toEqual(before.timeline);
    expect(reader.state().eventTypes.get(BookEvent.name)?.deprecations.size).toBe(0);
  });

  it('the script creates the topics of dead letters and counts what is left there, and can replay nothing', async () => {
    const script = as('script');
    await script.topics.apply(groupTopics.map((topic) => groupTopicSpec(topic, 2)));
    const { logOffsets, groupReader } = script;
    const reader = script.recordReader();
    stops.push(() => reader.close());
    const committed = async (topic: string) => (await groupReader.committed(group, [topic])).get(topic) ?? [];
    const sources = { reader, logOffsets, clock: systemClock, committed };
    const question = { group, eventType: BookEvent.name, version: version(1) };
    await expect(countRemainders(sources, question)).resolves.toBe(0);
    const replayer = script.transactionalProducer(`${group}.dead-letters.replay`);
    await expect(replayer).rejects.toMatchObject({ code: 'not-authorized' });
  });
});
