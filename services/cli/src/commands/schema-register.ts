import { applyRegistration, planRegistration, type Registration } from '@baton/contracts';
import { BatonError, isBatonError } from '@baton/core';
import { z } from 'zod';
import { chosenCatalog } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion, versionNumber } from './document-parts';

const output = z.strictObject({
  schemaVersion,
  schemas: list(
    z.strictObject({
      eventType: z.string(),
      version: versionNumber,
      subject: z.string(),
      outcome: z.enum(['registered', 'kept']),
      id: z.number().int(),
      revision: z.number().int(),
    }) satisfies z.ZodType<Registration>,
  ),
});

/** `baton schema register` */
export const schemaRegister = defineCommand({
  path: ['schema', 'register'],
  summary: 'Store every live version in the registry, and print the ids',
  details: [
    'Each version is a subject of its own, with compatibility FULL_TRANSITIVE. Running it again changes nothing.',
  ],
  arguments: [{ syntax: '[type]', describes: 'only this event type' }],
  exits: ['incompatible'],
  examples: ['baton schema register', 'baton schema register lending.BooksBorrowed'],
  input: z.object({ type: z.string().optional() }),
  output,
  run: async ({ type }, context) => {
    const catalog = chosenCatalog(context, type);
    const registry = context.registry();
    const schemas = await applyRegistration(await planRegistration(catalog, registry), registry).catch(
      (error: unknown) => {
        throw isBatonError(error, 'schema-incompatible') ? withAdvice(error) : error;
      },
    );
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

const withAdvice = (cause: BatonError): BatonError =>
  new BatonError(
    cause.code,
    `${cause.message} To see every change that is incompatible, and what to do: baton schema check`,
    { cause },
  );
