import { subjectOf, version } from '@baton/core';
import type { Catalog } from '../catalog/load';
import type { Finding } from '../findings';
import type { SchemaRegistry } from '../registry';
import { checkRevision, type EarlierRevision } from './check';

/** Where the earlier revisions of a version come from. */
export interface RevisionSource {
  /** Oldest first; empty if there are none. */
  revisionsOf(eventType: string, version: number): Promise<readonly EarlierRevision[]>;
}

/** Checks every schema of a catalog that can be read against its earlier revisions; all findings of all files. */
export const checkCatalog = async (catalog: Catalog, source: RevisionSource): Promise<readonly Finding[]> => [
  ...catalog.findings,
  ...(await compatibilityFindings(catalog, source)),
];

/** Only what is found against earlier revisions, a stale example or a missing translation notwithstanding. */
export const compatibilityFindings = async (
  { schemas }: Pick<Catalog, 'schemas'>,
  source: RevisionSource,
): Promise<readonly Finding[]> => {
  const checks = schemas.map(async ({ eventType, version: v, path, json }) =>
    checkRevision({
      eventType,
      version: v,
      file: path,
      earlier: await source.revisionsOf(eventType, v),
      schema: json,
    }),
  );
  return (await Promise.all(checks)).flat();
};

/** The revisions that a registry holds. */
export const registryRevisions = (registry: Pick<SchemaRegistry, 'revisions'>): RevisionSource => ({
  revisionsOf: async (eventType, v) => {
    const revisions = await registry.revisions(subjectOf(eventType, version(v)));
    return revisions.map(({ revision, schema }) => ({ label: `revision ${revision}`, schema }));
  },
});
