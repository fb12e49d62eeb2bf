import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAvroCodec, dataFromJson } from '@baton/contracts';
import { defineEventType, subjectOf, topicOf, version, versionsOf } from '@baton/core';
import { createKafkaPorts, createSchemaRegistry, eventTopicSpec } from '@baton/kafka';
import { createTwinPublisher, silentLogger } from '@baton/messaging';
import { BooksBorrowed, type BooksBorrowedV2 } from '@baton/schemas';

const run = promisify(execFile);
const exampleFile = join(__dirname, '../../../schemas/lending.BooksBorrowed/examples/v2.json');
const example = JSON.parse(readFileSync(exampleFile, 'utf8'));
const packages = ['confluent-kafka[avro]==2.16.0'];

const python = ((): string | undefined => {
  const found = spawnSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
  return found.status === 0 ? 'python3' : undefined;
})();
const whereThereIsPython = python === undefined ? it.skip : it;

/** A virtual environment with a stock client, made once and kept in the cache. */
const stockClient = async (): Promise<string> => {
  const cache =
    process.env.BATON_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'baton');
  const folder = join(cache, 'python-confluent-kafka-2.16.0');
  const interpreter = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return interpreter;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await run(python ?? 'python3', ['-m', 'venv', folder]);
  await run(interpreter, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...packages]);
  writeFileSync(join(folder, 'complete'), '');
  return interpreter;
};

describe('a stock consumer from another ecosystem', () => {
  const eventType = defineEventType({ ...BooksBorrowed, name: `interop.BooksBorrowed${Date.now()}` });
  const topics = versionsOf(eventType).map((v) => topicOf(eventType.name, v));
  const brokers = process.env.KAFKA_BROKERS ?? '';
  const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? '';
  const kafka = createKafkaPorts({ brokers: brokers.split(','), clientId: 'interop', logger: silentLogger });
  const registry = createSchemaRegistry({ url: registryUrl });

  beforeAll(async () => {
    await kafka.topics.apply(
      topics.map((topic) =>
        eventTopicSpec({ topic, partitions: 3, marginMs: 1_000, retentionMs: 3_600_000 }),
      ),
    );
    for (const v of versionsOf(eventType)) {
      const { schema } = eventType.versions[v as 1 | 2];
      await registry.register(subjectOf(eventType.name, version(v)), schema);
    }
  });

  afterAll(async () => {
    await kafka.topics.remove(topics);
    await kafka.close();
  });

  whereThereIsPython(
    'reads values and headers of both twins',
    async () => {
      const publisher = await createTwinPublisher({
        source: 'lending',
        instance: `interop-${randomUUID()}`,
        publishes: [{ eventType, versions: [1, 2] }],
        codec: createAvroCodec({ registry }),
        createProducer: kafka.transactionalProducer,
        topics: kafka.topicReader,
        partitioner: kafka.partitioner,
        newId: randomUUID,
        limits: { marginMs: 1_000 },
      });
      const data = dataFromJson(eventType.versions[2].schema, example) as BooksBorrowedV2;
      const { id, createdAt, partition } = await publisher.publish(eventType, { key: example.loanId, data });
      await publisher.close();

      const script = join(__dirname, '..', 'test-support', 'read_topics.py');
      const { stdout } = await run(await stockClient(), [script, brokers, registryUrl, '2', ...topics]);
      const messages = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .sort((a, b) => a.topic.localeCompare(b.topic));

      const common = {
        loanId: 'loan-2041',
        borrower: { borrowerId: 'borrower-17', name: 'Ada Marsh', email: 'ada@example.org' },
        books: [
          { isbn: '978-0-14-143951-8', title: 'Pride and Prejudice', replacementPrice: '12.50' },
          { isbn: '978-0-14-143957-0', title: 'Emma', replacementPrice: '9.00' },
        ],
        branch: 'HARBOUR',
        borrowedAt: '2026-11-30T16:42:07.120000+00:00',
        dueDate: '2026-12-21',
        note: null,
      };
      expect(messages.map(({ value }) => value)).toEqual([
        { ...common, changeInfo: expect.objectContaining({ reason: expect.any(String) }) },
        common,
      ]);
      messages.forEach((message, i) => {
        expect(message).toMatchObject({
          topic: topics[i],
          partition,
          key: 'loan-2041',
          timestamp: createdAt,
        });
        expect(message.headers).toEqual({
          ce_specversion: '1.0',
          ce_id: id,
          ce_source: 'lending',
          ce_type: eventType.name,
          ce_time: new Date(createdAt).toISOString(),
          ce_dataschema: `/subjects/${topics[i]}-value/versions/1`,
          ce_publishedversions: '1,2',
          'content-type': 'application/vnd.confluent.avro',
        });
      });
    },
    180_000,
  );
});
