import { type Catalog, type CatalogEntry, loadCatalog, loadValidCatalog } from '@baton/contracts';
import { BatonError, type Version } from '@baton/core';
import type { Context } from '../context';
import { suggestion } from '../output/suggest';

/** The folder of schemas; throws `invalid-configuration` if none is known. */
export const schemasFolder = ({ settings }: Pick<Context, 'settings'>): string => {
  if (settings.schemas.value !== undefined) return settings.schemas.value;
  throw new BatonError(
    'invalid-configuration',
    'Expected a folder "schemas" with event types here or above, found none. Give --schemas, write `schemas:` in baton.yaml, or begin one with: baton schema new TYPE',
  );
};

/** All event types of the folder of schemas, or only the one that is named; throws if any file is wrong. */
export const chosenCatalog = (context: Pick<Context, 'settings'>, name: string | undefined): Catalog =>
  only(loadValidCatalog(schemasFolder(context)), name);

/** The same, with what is wrong with the files as findings. */
export const chosenCatalogWithFindings = (
  context: Pick<Context, 'settings'>,
  name: string | undefined,
): Catalog => only(loadCatalog(schemasFolder(context)), name);

/**
 * The one event type of that name; throws `invalid-argument` with the name that was probably meant, or with the
 * versions there are if it never had one of those `asked` about.
 */
export const chosenEntry = (
  context: Pick<Context, 'settings'>,
  name: string,
  asked: readonly Version[] = [],
): CatalogEntry => {
  const catalog = loadValidCatalog(schemasFolder(context));
  const found = catalog.entries.find((entry) => entry.name === name);
  if (found === undefined) throw unknownEventType(catalog, name);
  for (const one of asked) assertKnown(found, one);
  return found;
};

/** Retired versions have left the folder, and can still be asked about: only what is newer than all never was. */
const assertKnown = ({ name, versions }: CatalogEntry, asked: Version): void => {
  const live = versions.map(({ version }) => version);
  if (asked <= Math.max(...live)) return;
  throw new BatonError(
    'invalid-argument',
    `Expected a version of ${name}, which has ${live.join(', ')}, got ${asked}. Begin a new one with: baton schema new-version ${name}`,
  );
};

const only = (catalog: Catalog, name: string | undefined): Catalog => {
  if (name === undefined) return catalog;
  const entries = catalog.entries.filter((entry) => entry.name === name);
  const findings = catalog.findings.filter(({ file }) => file.startsWith(`${name}/`));
  if (entries.length === 0 && findings.length === 0) throw unknownEventType(catalog, name);
  const schemas = catalog.schemas.filter(({ eventType }) => eventType === name);
  return { ...catalog, entries, schemas, findings };
};

const unknownEventType = ({ entries, folder }: Catalog, name: string): BatonError => {
  const names = entries.map((entry) => entry.name);
  const meant = suggestion(name, names);
  const hint = meant === undefined ? `It has: ${names.join(', ') || 'nothing'}.` : `Did you mean ${meant}?`;
  return new BatonError('invalid-argument', `There is no event type "${name}" in ${folder}. ${hint}`);
};
