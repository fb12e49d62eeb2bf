import { isBatonError, publishedVersions } from '@baton/core';
import { readCommittedFilter } from '@baton/messaging';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { brokers, createTestPorts, eventually } from '../test/stack';

jest.setTimeout(60_000);

const stack = createTestPorts();
const { ports } = stack;
const admin = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
const guarded: string[] = [];

beforeAll(() => admin.connect());
afterAll(async () => {
  for (const topic of guarded) await admin.deleteAcls({ filters: [anyAcl(topic)] });
  await admin.disconnect();
  await stack.close();
});

const anyAcl = (topic: string) => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
});

const aclsOf = async (topic: string) =>
  (await admin.describeAcls(anyAcl(topic))).resources
    .flatMap(({ acls }) => acls)
    .map(({ principal, operation, permissionType }) => ({ principal, operation, permissionType }));

const guardedTopic = async (text: string): Promise<string> => {
  const topic = await stack.eventTopic(text);
  guarded.push(topic);
  return topic;
};

const write = async (topic: string, value: string): Promise<unknown> => {
  const producer = await ports.transactionalProducer(stack.name('guarded'));
  try {
    await producer.begin();
    const headers = { ce_source: 'lending', ce_publishedversions: publishedVersions([1]).join(',') };
    await producer.send([
      { topic, partition: 0, key: 'k', value: Buffer.from(value), headers, timestamp: Date.now() },
    ]);
    await producer.commit();
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await producer.close();
  }
};

const read = async (topic: string): Promise<readonly string[]> => {
  const values: string[] = [];
  const member = ports.groupMember({
    group: stack.name('guarded-reader'),
    topics: [topic],
    assignor: {
      name: 'all',
      assign: ([one]) => new Map(one ? [[one.memberId, new Map([[topic, [0]]])]] : []),
    },
    metadata: () => '',
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 1_000,
  });
  await member.start({
    joined: () => {},
    heartbeat: () => {},
    rebalancing: () => {},
    crashed: () => {},
    batch: async ({ records, aborted, fetchedOffset }) => {
      values.push(...records.filter(readCommittedFilter(aborted)).map(({ value }) => String(value)));
      return { nextOffset: (records.at(-1)?.offset ?? fetchedOffset - 1) + 1 };
    },
  });
  await eventually(() => values.length > 0);
  await member.stop();
  return values;
};

describe('a guarded topic', () => {
  it('refuses writers for good, and goes on for readers', async () => {
    const topic = await guardedTopic('guarded');
    expect(await ports.topicGuard.writesRefused(topic)).toBe(false);
    expect(await write(topic, 'before')).toBeUndefined();

    expect(await ports.topicGuard.refuseWrites(topic)).toBe('refused');
    expect(await ports.topicGuard.refuseWrites(topic)).toBe('refused');
    expect(await ports.topicGuard.writesRefused(topic)).toBe(true);
    await eventually(async () => isBatonError(await write(topic, 'after'), 'not-authorized'));
    expect(await write(topic, 'after')).toMatchObject({ code: 'not-authorized', retriable: false });

    expect(await read(topic)).toEqual(['before']);
    expect(await ports.topicReader.settings(topic)).toMatchObject({ partitions: 1 });
    expect(await aclsOf(topic)).toHaveLength(2);
  });

  it('gets nothing but the denial where it had ACLs already', async () => {
    const topic = await guardedTopic('ruled');
    const known = {
      principal: 'User:*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.ALLOW,
    };
    await admin.createAcls({ acl: [{ ...anyAcl(topic), ...known, host: '*' }] });
    await eventually(async () => (await aclsOf(topic)).length === 1);
    expect(await ports.topicGuard.refuseWrites(topic)).toBe('refused');
    const denial = { ...known, operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.DENY };
    expect(await aclsOf(topic)).toEqual(expect.arrayContaining([known, denial]));
    expect(await aclsOf(topic)).toHaveLength(2);
  });

  it('gets nothing but the denial where the cluster is said to be closed', async () => {
    const topic = await guardedTopic('closed');
    const closed = createTestPorts({ openWithoutAcl: 'no' });
    expect(await closed.ports.topicGuard.refuseWrites(topic)).toBe('refused');
    expect(await aclsOf(topic)).toEqual([
      { principal: 'User:*', operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.DENY },
    ]);
    await closed.ports.close();
  });
});

describe('the authorizer', () => {
  it('is on in the development stack', async () => {
    expect(await ports.authorizer()).toBe('on');
  });
});
