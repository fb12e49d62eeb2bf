import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { parse } from 'yaml';
import { z } from 'zod';

const addresses = z.union([z.string(), z.array(z.string())]).transform((value) => splitList(value));

const projectSchema = z.strictObject({
  brokers: addresses.optional(),
  registry: z.url().optional(),
  schemas: z.string().optional(),
  controlTopic: z.string().optional(),
  presenceTopic: z.string().optional(),
});

const stackSchema = z.object({ brokers: addresses, registry: z.url() });

/** What a project file `baton.yaml` can say; `schemas` is absolute. */
export type ProjectFile = z.infer<typeof projectSchema> & { readonly file: string };

/** The addresses of a running development stack, as its state file tells them. */
export type StackState = z.infer<typeof stackSchema> & { readonly file: string };

/** Splits `a:1, b:2` into its parts. */
export const splitList = (value: string | readonly string[]): string[] =>
  (typeof value === 'string' ? value.split(',') : [...value])
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Reads the nearest `baton.yaml` upward from `cwd`; `undefined` if there is none. */
export const readProjectFile = (cwd: string): ProjectFile | undefined => {
  const file = findUpward(cwd, 'baton.yaml');
  if (file === undefined) return undefined;
  const read = checked(file, projectSchema, parse(readFileSync(file, 'utf8')) ?? {});
  const schemas = read.schemas === undefined ? {} : { schemas: resolve(dirname(file), read.schemas) };
  return { ...read, ...schemas, file };
};

/** Reads the state file of the running development stack upward from `cwd`; `undefined` if there is none. */
export const readStackState = (cwd: string): StackState | undefined => {
  const file = findUpward(cwd, join('.baton', 'stacks', 'default.json'));
  if (file === undefined) return undefined;
  return { ...checked(file, stackSchema, parse(readFileSync(file, 'utf8'))), file };
};

/** The nearest folder `schemas` upward from `cwd` that holds an event type; `undefined` if there is none. */
export const findSchemasFolder = (cwd: string): string | undefined =>
  upward(cwd)
    .map((folder) => join(folder, 'schemas'))
    .find(holdsEventTypes);

const holdsEventTypes = (folder: string): boolean =>
  existsSync(folder) &&
  readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'event.yaml')),
  );

const findUpward = (cwd: string, name: string): string | undefined =>
  upward(cwd)
    .map((folder) => join(folder, name))
    .find(existsSync);

const upward = (folder: string): readonly string[] => {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upward(parent)];
};

const checked = <T>(file: string, schema: z.ZodType<T>, value: unknown): T => {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new BatonError(
    'invalid-configuration',
    `${file} cannot be used:\n${z.prettifyError(read.error)}\nMend the file, or remove it.`,
  );
};
