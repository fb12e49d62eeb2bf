import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
  Partitioners,
  ResourcePatternTypes,
} from 'kafkajs';
import type { Stack } from './controls';
import { isAlive, type ProcessIdentity } from './process-identity';
import { findStack, startStack, stopStack } from './stack';
import type { StackState } from './state';
import { waitFor } from './wait';
import type { Environment } from './ways';

jest.setTimeout(240_000);

/** These tests start stacks of their own, whatever the others use. */
const env: Environment = { ...process.env, KAFKA_BROKERS: undefined, SCHEMA_REGISTRY_URL: undefined };

const clientOf = ({ brokers }: Stack) =>
  new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 10 } });

const withAdmin = async <T>(stack: Stack, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = clientOf(stack).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

const createTopic = (stack: Stack, topic: string) =>
  withAdmin(stack, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }], waitForLeaders: true }),
  );

const send = async (stack: Stack, topic: string, value: string) => {
  const producer = clientOf(stack).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 3 },
  });
  await producer.connect();
  try {
    await producer.send({ topic, messages: [{ key: 'k', value, partition: 0 }] });
  } finally {
    await producer.disconnect();
  }
};

const read = async (stack: Stack, topic: string, count: number): Promise<string[]> => {
  const consumer = clientOf(stack).consumer({
    groupId: randomUUID(),
    sessionTimeout: 6_000,
    maxWaitTimeInMs: 100,
  });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(message.value?.toString() ?? '');
    },
  });
  await waitFor(async () => values.length >= count, { timeoutMs: 20_000, everyMs: 20 });
  await consumer.disconnect();
  return values;
};

const register = async (stack: Stack, subject: string, schema: object): Promise<number> => {
  const response = await fetch(`${stack.registry}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  const { id } = (await response.json()) as { id: number };
  return id;
};

const schemaById = async (stack: Stack, id: number): Promise<unknown> => {
  const response = await fetch(`${stack.registry}/schemas/ids/${id}`);
  const { schema } = (await response.json()) as { schema: string };
  return JSON.parse(schema);
};

const loan = { type: 'record', name: 'Loan', fields: [{ name: 'id', type: 'string' }] };

describe('a stack of one’s own', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ root: tmpdir(), name: 'first', ephemeral: true, env });
  });
  afterAll(() => stack?.stop());

  it('keeps messages and schemas when the broker, then the registry restarts', async () => {
    await createTopic(stack, 'survives');
    await send(stack, 'survives', 'before');
    const id = await register(stack, 'survives-value', loan);

    await stack.restartBroker();
    await send(stack, 'survives', 'after the broker restarted');
    expect(await read(stack, 'survives', 2)).toEqual(['before', 'after the broker restarted']);
    expect(await schemaById(stack, id)).toEqual(loan);
    expect(await register(stack, 'second-value', { ...loan, name: 'Second' })).not.toBe(id);

    await stack.restartRegistry();
    expect(await schemaById(stack, id)).toEqual(loan);
    expect(await register(stack, 'survives-value', loan)).toBe(id);
  });

  it('keeps what was acknowledged when the broker is killed', async () => {
    await createTopic(stack, 'killed');
    await send(stack, 'killed', 'acknowledged');
    await stack.killBroker();
    await stack.startBroker();
    expect(await read(stack, 'killed', 1)).toEqual(['acknowledged']);
  });

  it('can be without its registry for a while', async () => {
    await stack.stopRegistry();
    await expect(fetch(`${stack.registry}/subjects`)).rejects.toThrow();
    await stack.startRegistry();
    expect((await fetch(`${stack.registry}/subjects`)).ok).toBe(true);
  });

  it('refuses writers, but no readers, of a topic that denies WRITE to everybody', async () => {
    await createTopic(stack, 'retired');
    await send(stack, 'retired', 'the last one');
    const rule = (operation: AclOperationTypes, permissionType: AclPermissionTypes) => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName: 'retired',
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:*',
      host: '*',
      operation,
      permissionType,
    });
    await withAdmin(stack, (admin) =>
      admin.createAcls({
        acl: [
          rule(AclOperationTypes.WRITE, AclPermissionTypes.DENY),
          rule(AclOperationTypes.ALL, AclPermissionTypes.ALLOW),
        ],
      }),
    );
    await expect(send(stack, 'retired', 'too late')).rejects.toMatchObject({
      type: 'TOPIC_AUTHORIZATION_FAILED',
    });
    expect(await read(stack, 'retired', 1)).toEqual(['the last one']);
  });

  it('runs beside another one that knows nothing of it', async () => {
    const other = await startStack({ root: tmpdir(), name: 'first', ephemeral: true, env });
    try {
      expect(other.brokers).not.toEqual(stack.brokers);
      expect(other.registry).not.toBe(stack.registry);
      await createTopic(stack, 'only-here');
      expect(await withAdmin(stack, (admin) => admin.listTopics())).toContain('only-here');
      expect(await withAdmin(other, (admin) => admin.listTopics())).not.toContain('only-here');
    } finally {
      await other.stop();
    }
    expect(await Promise.all(processesOf(other.state()).map(isAlive))).toEqual([false, false]);
    await expect(access(other.state().dataDir)).rejects.toThrow();
    expect(await read(stack, 'retired', 1)).toEqual(['the last one']);
  });
});

describe('a named stack', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'baton-root-'));
  });
  afterAll(async () => {
    await stopStack({ root, name: 'kept', purge: true, env });
    await rm(root, { recursive: true, force: true });
  });

  it('is found while it runs, and has its messages, schemas and addresses again after stop and start', async () => {
    const [started, same] = await Promise.all([
      startStack({ root, name: 'kept', env }),
      startStack({ root, name: 'kept', env }),
    ]);
    expect(same.state().pids).toEqual(started.state().pids);
    await createTopic(started, 'kept');
    await send(started, 'kept', 'still there');
    const id = await register(started, 'kept-value', loan);
    expect((await findStack({ root, name: 'kept', env }))?.brokers).toEqual(started.brokers);

    expect(await stopStack({ root, name: 'kept', env })).toBe('stopped');
    expect(await Promise.all(processesOf(started.state()).map(isAlive))).toEqual([false, false]);
    expect(await findStack({ root, name: 'kept', env })).toBeUndefined();
    expect(await stopStack({ root, name: 'kept', env })).toBe('not-running');

    const again = await startStack({ root, name: 'kept', env });
    expect([again.brokers, again.registry]).toEqual([started.brokers, started.registry]);
    expect(await read(again, 'kept', 1)).toEqual(['still there']);
    expect(await schemaById(again, id)).toEqual(loan);

    await stopStack({ root, name: 'kept', purge: true, env });
    await expect(access(again.state().dataDir)).rejects.toThrow();
  });
});

describe('the stack of a process that is killed', () => {
  it('ends with it and leaves no files', async () => {
    const main = JSON.stringify(resolve(__dirname, '../dist'));
    const script = `require(${main}).startStack({ root: '/', name: 'orphan', ephemeral: true })
      .then((stack) => process.stdout.write(JSON.stringify(stack.state())));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const state = await new Promise<StackState>((done) =>
      parent.stdout.once('data', (chunk: Buffer) => done(JSON.parse(chunk.toString()))),
    );
    expect(await Promise.all(processesOf(state).map(isAlive))).toEqual([true, true]);
    parent.kill('SIGKILL');
    const gone = async () =>
      (await Promise.all(processesOf(state).map(isAlive))).every((alive) => !alive) &&
      (await access(state.dataDir).then(
        () => false,
        () => true,
      ));
    expect(await waitFor(gone, { timeoutMs: 30_000 })).toBe(true);
  });
});

const processesOf = ({ pids }: StackState): readonly ProcessIdentity[] =>
  [pids.broker, pids.registry].filter((identity) => identity !== undefined);
