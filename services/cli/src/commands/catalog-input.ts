import { type Catalog, type CatalogEntry, loadValidCatalog } from '@baton/contracts';
import { BatonError } from '@baton/core';
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

/** All event types of the folder of schemas, or the one that is named. */
export const chosenEntries = (
  context: Pick<Context, 'settings'>,
  name: string | undefined,
): readonly CatalogEntry[] => {
  const catalog = loadValidCatalog(schemasFolder(context));
  return name === undefined ? catalog.entries : [entryNamed(catalog, name)];
};

/** The event type of that name; throws `invalid-argument` with the name that was probably meant. */
export const entryNamed = ({ entries, folder }: Catalog, name: string): CatalogEntry => {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  const meant = suggestion(name, names);
  const hint = meant === undefined ? `It has: ${names.join(', ') || 'nothing'}.` : `Did you mean ${meant}?`;
  throw new BatonError('invalid-argument', `There is no event type "${name}" in ${folder}. ${hint}`);
};
