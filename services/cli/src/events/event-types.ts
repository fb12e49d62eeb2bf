import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { CatalogEntry } from '@baton/contracts';
import { BatonError, defineEventType, type EventType, type Version, version } from '@baton/core';
import type { Context } from '../context';

/** An event type with some of its live versions, made of the schemas alone: to read, and to publish without translation. */
export const eventTypeWithoutTranslations = (
  { name, kind, keyField, versions }: CatalogEntry,
  only: readonly number[],
): EventType => {
  const chosen = versions.filter((one) => only.includes(one.version));
  return defineEventType<Record<number, unknown>, number>({
    name,
    kind,
    newest: Math.max(...only),
    ...(keyField === undefined ? {} : { keyField }),
    versions: Object.fromEntries(chosen.map((one) => [one.version, { schema: one.json }])),
    downcasts: {},
    upcasts: {},
  });
};

/**
 * The event type that data of version `given` is published with, in the versions `published`. Where that takes a
 * translation, it comes from the module of compiled event types, which must be as new as the schemas.
 */
export const eventTypeToPublish = (
  entry: CatalogEntry,
  { given, published }: { readonly given: Version; readonly published: readonly Version[] },
  { settings }: Pick<Context, 'settings'>,
): EventType => {
  if (published.length === 1 && published[0] === given) return eventTypeWithoutTranslations(entry, [given]);
  const compiled = loadEventType(entry, settings);
  const needed = Object.fromEntries(
    Object.entries(compiled.versions).filter(([key]) => Number(key) <= given),
  );
  return defineEventType<Record<number, unknown>, number>({ ...compiled, newest: given, versions: needed });
};

const loadEventType = (entry: CatalogEntry, { eventTypes }: Context['settings']): EventType => {
  if (eventTypes.value === undefined) throw noModule(entry.name);
  const exported = loadModule(eventTypes.value);
  const found = Object.values(exported)
    .filter(isEventType)
    .find(({ name }) => name === entry.name);
  if (found === undefined) {
    throw new BatonError(
      'invalid-configuration',
      `Expected ${eventTypes.value} (from ${eventTypes.origin}) to export the event type ${entry.name}, but it does not. Export it from the generated module, and compile.`,
    );
  }
  assertCurrent(found, entry, eventTypes.value);
  return found;
};

const noModule = (name: string): BatonError =>
  new BatonError(
    'invalid-configuration',
    `${name} is published in several versions, which takes its downcasts; they are code. Expected a module with the compiled event types, got none. Compile the folder of schemas, and give --event-types, set BATON_EVENT_TYPES, or write \`eventTypes: ./dist/schemas/index.js\` in baton.yaml. To publish in one version only: --version N.`,
  );

const loadModule = (file: string): Readonly<Record<string, unknown>> => {
  if (!existsSync(file)) {
    throw new BatonError(
      'invalid-configuration',
      `Expected the compiled event types at ${file}, found nothing. Compile them, or correct the path (baton config show).`,
    );
  }
  try {
    return createRequire(file)(file);
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new BatonError(
      'invalid-configuration',
      `${file} cannot be loaded as JavaScript: ${text}. It has to be compiled, and its dependencies installed.`,
      { cause },
    );
  }
};

const isEventType = (value: unknown): value is EventType =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'versions' in value &&
  'newest' in value &&
  'downcasts' in value;

/** Compiled code that is older than the schemas would publish what the schemas do not say. */
const assertCurrent = (compiled: EventType, { name, versions }: CatalogEntry, file: string): void => {
  const stale = versions.filter(
    (one) => !isDeepStrictEqual(plain(compiled.versions[one.version]?.schema), plain(one.json)),
  );
  if (stale.length === 0) return;
  throw new BatonError(
    'invalid-configuration',
    `Expected ${file} to hold ${name} as its schemas say, but ${stale.map((one) => `v${version(one.version)}`).join(', ')} differs. Run \`baton schema generate\`, and compile again.`,
  );
};

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
