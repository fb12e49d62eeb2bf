import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { defaultTimeline, defineEventType, topicOf, version } from '@baton/core';
import { createConsumer, type EventConsumer, handle, staticBindings, systemClock } from '@baton/messaging';
import { createJsonCodec } from '@baton/testing';
import { brokers, createTestPorts, eventually } from '../test/stack';

jest.setTimeout(90_000);

const { ports, close } = createTestPorts();
let consumer: EventConsumer | undefined;
afterEach(() => consumer?.stop());
afterAll(() => close());

/** A member in a process of its own, as built; `doom` is what its handler does to that process. */
const memberProcess = (name: string, group: string, doom: string) => {
  const script = `
    const core = require('@baton/core');
    const m = require('@baton/messaging');
    const { createKafkaPorts } = require(${JSON.stringify(join(__dirname, '..'))});
    const type = core.defineEventType({ name: '${name}', kind: 'event', newest: 1, versions: { 1: { schema: {} } }, downcasts: {}, upcasts: {} });
    const ports = createKafkaPorts({ brokers: ${JSON.stringify(brokers())}, clientId: 'doomed', logger: m.silentLogger });
    const codec = { prepare: async () => {}, decode: (t, v, bytes) => JSON.parse(bytes), encode: () => { throw new Error(); }, revisionOf: () => 1 };
    const consumer = m.createConsumer({
      group: '${group}', instance: 'doomed', groupMember: ports.groupMember, logOffsets: ports.logOffsets, codec,
      on: [m.handle(type, { 1: async ({ data }) => { if (data.n === 2) { ${doom} } process.stdout.write(String(data.n)); } })],
      bindings: m.staticBindings({ group: '${group}', timelines: { '${name}': core.defaultTimeline(core.version(1)) }, clock: m.systemClock, leadMs: 8000 }),
      settings: { leaseMs: 6000, commitIntervalMs: 100 },
    });
    consumer.start();
  `;
  const child = spawn(process.execPath, ['--max-old-space-size=120', '-e', script], { cwd: __dirname });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  return { ended, output: () => output, kill: () => child.kill('SIGKILL') };
};

describe('a handler', () => {
  it.each([
    ['exits its process', 'process.exit(7);'],
    ['runs out of memory', 'const all = []; for (;;) all.push(new Array(1e5).fill({}));'],
  ])('that %s leaves its event, and those behind it, to the next member', async (what, doom) => {
    const name = `test.Doom${what.length}x${Date.now()}`;
    const type = defineEventType<{ 1: { n: number } }, 1>({
      name,
      kind: 'event',
      newest: 1,
      versions: { 1: { schema: {} } },
      downcasts: {},
      upcasts: {},
    });
    const topic = topicOf(name, version(1));
    await ports.topics.apply([{ topic, partitions: 1, config: {} }]);
    const producer = await ports.transactionalProducer(name);
    await producer.begin();
    const event = (n: number) => ({ topic, partition: 0, key: `k${n}`, headers: {}, timestamp: Date.now() });
    await producer.send([1, 2, 3].map((n) => ({ ...event(n), value: Buffer.from(JSON.stringify({ n })) })));
    await producer.commit();
    await producer.close();

    const doomed = memberProcess(name, name, doom);
    try {
      expect(await doomed.ended).not.toBe(0);
    } finally {
      doomed.kill();
    }
    expect(doomed.output()).toBe('1');
    const handled: number[] = [];
    consumer = createConsumer({
      group: name,
      instance: 'next',
      on: [handle(type, { 1: async ({ data }) => void handled.push(data.n) })],
      groupMember: ports.groupMember,
      logOffsets: ports.logOffsets,
      codec: createJsonCodec(),
      bindings: staticBindings({
        group: name,
        timelines: { [name]: defaultTimeline(version(1)) },
        clock: systemClock,
        leadMs: 8_000,
      }),
      settings: { leaseMs: 6_000 },
    });
    await consumer.start();
    await eventually(() => handled.includes(3), 30_000);
    expect(handled.filter((n) => n !== 1)).toEqual([2, 3]);
    await consumer.stop();
    await ports.topics.remove([topic]);
  });
});
