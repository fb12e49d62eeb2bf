import { BatonError } from '@baton/core';
import { checkRevision } from './compatibility/check';
import { schemaFromJson } from './parse-schema';
import type { RegistryVerdict, SchemaRegistry, SchemaRevision } from './registry';

/** A registry in this process's memory, for tests. */
export const createInMemoryRegistry = (): SchemaRegistry => {
  const ids = new Map<string, number>();
  const schemas = new Map<number, unknown>();
  const subjects = new Map<string, SchemaRevision[]>();
  const transitive = new Set<string>();

  const idOf = (schema: unknown): number => {
    const text = canonicalJson(schema);
    const id = ids.get(text) ?? ids.size + 1;
    ids.set(text, id);
    schemas.set(id, schema);
    return id;
  };

  const find = (subject: string, schema: unknown) => {
    const text = canonicalJson(schema);
    return subjects.get(subject)?.find((revision) => canonicalJson(revision.schema) === text);
  };

  const check = (subject: string, schema: unknown): RegistryVerdict => {
    const earlier = (subjects.get(subject) ?? []).map((revision) => ({
      label: `revision ${revision.revision}`,
      schema: revision.schema,
    }));
    const findings = checkRevision({ eventType: subject, version: 1, file: subject, earlier, schema });
    const errors = findings.filter(({ severity }) => severity === 'error');
    return { compatible: errors.length === 0, messages: errors.map(({ reason }) => reason) };
  };

  const assertTaken = (subject: string, schema: unknown): void => {
    schemaFromJson(schema);
    const { compatible, messages } = check(subject, schema);
    if (compatible || !transitive.has(subject)) return;
    throw new BatonError(
      'schema-incompatible',
      `Expected a schema compatible with every revision of ${subject}, but: ${messages.join('; ')}`,
    );
  };

  return {
    register: async (subject, schema) => {
      const known = find(subject, schema);
      if (known !== undefined) return { id: known.id, revision: known.revision };
      assertTaken(subject, schema);
      const revisions = subjects.get(subject) ?? [];
      const added = { id: idOf(schema), revision: revisions.length + 1, schema };
      subjects.set(subject, [...revisions, added]);
      return { id: added.id, revision: added.revision };
    },
    lookup: async (subject, schema) => {
      const known = find(subject, schema);
      return known === undefined ? undefined : { id: known.id, revision: known.revision };
    },
    schemaById: async (id) => {
      if (!schemas.has(id)) {
        throw new BatonError(
          'unknown-schema-id',
          `Expected the registry to hold schema ${id}, but it does not. Check that this process and the writer use the same registry.`,
        );
      }
      return schemas.get(id);
    },
    revisions: async (subject) => subjects.get(subject) ?? [],
    checkCompatibility: async (subject, schema) => check(subject, schema),
    setCompatibility: async (subject) => {
      transitive.add(subject);
    },
    ping: async () => {},
  };
};

/** JSON with its keys in order, so that equal documents give equal texts. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
