import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { BatonError } from '@baton/core';
import { parse } from 'yaml';
import { z } from 'zod';
import { saslMechanisms } from './settings';

const addresses = z.union([z.string(), z.array(z.string())]).transform((value) => splitList(value));

const fileSchema = z.strictObject({
  brokers: addresses.optional(),
  registry: z.url().optional(),
  schemas: z.string().optional(),
  eventTypes: z.string().optional(),
  controlTopic: z.string().optional(),
  presenceTopic: z.string().optional(),
  migrationKeyFile: z.string().optional(),
  ssl: z.boolean().optional(),
  caFile: z.string().optional(),
  certFile: z.string().optional(),
  keyFile: z.string().optional(),
  sasl: z
    .strictObject({
      mechanism: z.enum(saslMechanisms).optional(),
      username: z.string().optional(),
      passwordFile: z.string().optional(),
    })
    .optional(),
  registryAuth: z
    .strictObject({
      username: z.string().optional(),
      passwordFile: z.string().optional(),
      tokenFile: z.string().optional(),
    })
    .optional(),
  registryTls: z
    .strictObject({
      caFile: z.string().optional(),
      certFile: z.string().optional(),
      keyFile: z.string().optional(),
    })
    .optional(),
});

const stackSchema = z.object({ brokers: addresses, registry: z.url() });

/** What a project file `baton.yaml`, or the file of the user, can say; paths are absolute. */
export type SettingsFile = z.infer<typeof fileSchema> & { readonly file: string };

/** The addresses of a running development stack, as its state file tells them. */
export type StackState = z.infer<typeof stackSchema> & { readonly file: string };

/** Splits `a:1, b:2` into its parts. */
export const splitList = (value: string | readonly string[]): string[] =>
  (typeof value === 'string' ? value.split(',') : [...value])
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Reads the nearest `baton.yaml` upward from `cwd`; `undefined` if there is none. */
export const readProjectFile = (cwd: string): SettingsFile | undefined => {
  const file = findUpward(cwd, 'baton.yaml');
  return file === undefined ? undefined : readSettingsFile(file);
};

/** Reads `baton/config.yaml` in the user's folder of settings; `undefined` if there is none. */
export const readUserFile = (env: Readonly<Record<string, string | undefined>>): SettingsFile | undefined => {
  const folder = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : undefined);
  if (folder === undefined) return undefined;
  const file = join(folder, 'baton', 'config.yaml');
  return existsSync(file) ? readSettingsFile(file) : undefined;
};

const readSettingsFile = (file: string): SettingsFile => {
  const read = checked(file, fileSchema, parsed(file));
  const absolute = <T extends string | undefined>(path: T) =>
    path === undefined ? path : resolve(dirname(file), path);
  return {
    ...read,
    schemas: absolute(read.schemas),
    eventTypes: absolute(read.eventTypes),
    migrationKeyFile: absolute(read.migrationKeyFile),
    caFile: absolute(read.caFile),
    certFile: absolute(read.certFile),
    keyFile: absolute(read.keyFile),
    sasl: read.sasl && { ...read.sasl, passwordFile: absolute(read.sasl.passwordFile) },
    registryAuth: read.registryAuth && {
      ...read.registryAuth,
      passwordFile: absolute(read.registryAuth.passwordFile),
      tokenFile: absolute(read.registryAuth.tokenFile),
    },
    registryTls: read.registryTls && {
      caFile: absolute(read.registryTls.caFile),
      certFile: absolute(read.registryTls.certFile),
      keyFile: absolute(read.registryTls.keyFile),
    },
    file,
  };
};

const parsed = (file: string): unknown => {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new BatonError('invalid-configuration', `${file} cannot be read: ${text}`, { cause });
  }
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
