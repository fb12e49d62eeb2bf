import type { CatalogEntry, CatalogVersion, RegisteredSchema, SchemaRegistry } from '@baton/contracts';
import { subjectOf, version } from '@baton/core';
import { z } from 'zod';
import { chosenEntries } from './catalog-input';
import { type CommandDocument, defineCommand } from './command';

interface Registered {
  readonly eventType: string;
  readonly version: number;
  readonly subject: string;
  readonly id: number;
  readonly revision: number;
  readonly outcome: 'registered' | 'unchanged';
}

interface RegisterDocument extends CommandDocument {
  readonly schemas: readonly Registered[];
}

/** `baton schema register` */
export const schemaRegister = defineCommand<{ type?: string | undefined }, RegisterDocument>({
  path: ['schema', 'register'],
  summary: 'Store every live version in the registry, and print the ids',
  details: [
    'Each version is a subject of its own, with compatibility FULL_TRANSITIVE. Running it again changes nothing.',
  ],
  arguments: [{ syntax: '[type]', describes: 'only this event type' }],
  exits: ['incompatible'],
  examples: ['baton schema register', 'baton schema register lending.BooksBorrowed'],
  input: z.object({ type: z.string().optional() }),
  run: async ({ type }, context) => {
    const registry = context.registry();
    const schemas: Registered[] = [];
    for (const entry of chosenEntries(context, type)) {
      context.progress.step(`registering ${entry.name}`);
      for (const one of entry.versions) schemas.push(await register(registry, entry, one));
    }
    return { document: { schemaVersion: 1, schemas }, exit: 'ok', next: 'baton topics apply' };
  },
  render: ({ schemas }, style) =>
    style.table(
      ['SUBJECT', 'ID', 'REVISION', ''],
      schemas.map(({ subject, id, revision, outcome }) => [
        subject,
        String(id),
        String(revision),
        outcome === 'registered' ? style.good(outcome) : style.dim(outcome),
      ]),
    ),
});

const register = async (
  registry: SchemaRegistry,
  entry: CatalogEntry,
  { version: number, json }: CatalogVersion,
): Promise<Registered> => {
  const subject = subjectOf(entry.name, version(number));
  const known = await registry.lookup(subject, json);
  const stored = known ?? (await store(registry, subject, json));
  const outcome = known === undefined ? 'registered' : 'unchanged';
  return { eventType: entry.name, version: number, subject, ...stored, outcome };
};

/** A subject that exists is guarded before it takes a new revision; a new one can only be guarded afterwards. */
const store = async (registry: SchemaRegistry, subject: string, json: unknown): Promise<RegisteredSchema> => {
  const guard = () => registry.setCompatibility(subject, 'FULL_TRANSITIVE');
  if ((await registry.revisions(subject)).length > 0) await guard();
  const stored = await registry.register(subject, json);
  await guard();
  return stored;
};
