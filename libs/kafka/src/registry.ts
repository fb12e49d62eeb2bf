import type { RegisteredSchema, SchemaRegistry, SchemaRevision } from '@baton/contracts';
import { BatonError } from '@baton/core';
import { createRegistryClient, incompatible } from './registry-client';
import {
  accessRegistry,
  createRegistryRequest,
  type RegistryAnswer,
  type RegistryOptions,
} from './registry-http';

/** A Confluent-compatible registry over HTTP: Confluent's own, or Apicurio's `/apis/ccompat/v7`. */
export const createSchemaRegistry = (options: RegistryOptions): SchemaRegistry => {
  const access = accessRegistry(options);
  const { timeoutMs = 10_000 } = options;
  const request = createRegistryRequest(access, timeoutMs);
  const client = createRegistryClient(access, timeoutMs);

  const lookup = async (subject: string, schema: unknown): Promise<RegisteredSchema | undefined> => {
    const answer = await request('POST', `/subjects/${encodeURIComponent(subject)}`, avro(schema));
    if (answer.status === 404) return undefined;
    assertTaken(answer, subject);
    return { id: number(answer, 'id'), revision: number(answer, 'version') };
  };

  /** The compatibility level of the subject itself; the stock client registers only where it is told the right one. */
  const level = async (subject: string): Promise<string | undefined> => {
    const answer = await request('GET', `/config/${encodeURIComponent(subject)}`);
    const found = answer.status === 404 ? undefined : field(answer, 'compatibilityLevel');
    return typeof found === 'string' ? found.toUpperCase() : undefined;
  };

  const revision = async (subject: string, number: number): Promise<SchemaRevision> =>
    toRevision(await request('GET', `/subjects/${encodeURIComponent(subject)}/versions/${number}`));

  return {
    lookup,
    register: async (subject, schema) => {
      const known = await lookup(subject, schema);
      if (known !== undefined) return known;
      await client.register(subject, schema, await level(subject));
      const stored = await lookup(subject, schema);
      if (stored === undefined) throw notStored(subject);
      return stored;
    },
    schemaById: async (id) => {
      const schema = await client.schemaById(id);
      if (schema === undefined) throw unknownId(id);
      return schema;
    },
    revisions: async (subject) => {
      const answer = await request('GET', `/subjects/${encodeURIComponent(subject)}/versions`);
      if (answer.status === 404) return [];
      if (!Array.isArray(answer.body)) throw unreadable(answer, 'a list of revisions');
      return Promise.all(answer.body.map((each) => revision(subject, Number(each))));
    },
    checkCompatibility: async (subject, schema) => {
      const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`;
      const answer = await request('POST', path, avro(schema));
      if (answer.status === 404) return { compatible: true, messages: [] };
      assertTaken(answer, subject);
      const messages = field(answer, 'messages');
      return {
        compatible: field(answer, 'is_compatible') === true,
        messages: Array.isArray(messages) ? messages.map(String) : [],
      };
    },
    setCompatibility: async (subject, level) => {
      const answer = await request('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: level });
      if (answer.status !== 200)
        throw unreadable(answer, `compatibility ${level} to be taken for ${subject}`);
    },
    ping: async () => {
      const answer = await request('GET', '/subjects');
      if (!Array.isArray(answer.body)) throw unreadable(answer, 'a list of subjects');
    },
  };
};

const avro = (schema: unknown) => ({ schemaType: 'AVRO', schema: JSON.stringify(schema) });

const assertTaken = ({ status, message }: RegistryAnswer, subject: string): void => {
  if (status === 409) throw incompatible(subject, message);
  if (status !== 200) {
    throw new BatonError(
      'schema-invalid',
      `Expected an Avro schema that the registry reads for ${subject}, got status ${status}: ${message}.`,
    );
  }
};

const field = ({ body }: RegistryAnswer, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;

const number = (answer: RegistryAnswer, name: string): number => {
  const value = field(answer, name);
  if (typeof value !== 'number') throw unreadable(answer, `a number "${name}"`);
  return value;
};

const schemaOf = (answer: RegistryAnswer): unknown => {
  const text = field(answer, 'schema');
  if (typeof text !== 'string') throw unreadable(answer, 'a schema');
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(answer, 'a schema in JSON');
  }
};

const toRevision = (answer: RegistryAnswer): SchemaRevision => ({
  id: number(answer, 'id'),
  revision: number(answer, 'version'),
  schema: schemaOf(answer),
});

const unknownId = (id: number): BatonError =>
  new BatonError(
    'unknown-schema-id',
    `Expected the registry to hold schema ${id}, but it does not. Check that this process and the writer use the same registry.`,
  );

const notStored = (subject: string): BatonError =>
  new BatonError(
    'registry-unavailable',
    `Expected subject ${subject} to hold the schema that was just registered, but it cannot be read back yet. Try again.`,
  );

const unreadable = ({ status, message }: RegistryAnswer, expected: string): BatonError =>
  new BatonError(
    'registry-unavailable',
    `Expected ${expected} from the schema registry, got status ${status}: ${message}. Check that its URL is that of a Confluent-compatible API.`,
  );
