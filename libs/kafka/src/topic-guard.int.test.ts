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

describe('a guarded topic', () => {
  it('gets a denial, and an allowance of all else, where it had no ACL', async () => {
    const topic = await guardedTopic('guarded');
    expect(await ports.topicGuard.refuseWrites(topic)).toBe('refused');
    const everybody = { principal: 'User:*' };
    const rules = [
      { ...everybody, operation: AclOperationTypes.WRITE, permissionType: AclPermissionTypes.DENY },
      { ...everybody, operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW },
    ];
    expect(await aclsOf(topic)).toHaveLength(2);
    expect(await aclsOf(topic)).toEqual(expect.arrayContaining(rules));
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
