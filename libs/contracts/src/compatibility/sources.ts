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

/** Checks every live version of a catalog against its earlier revisions; all findings of all files. */
export const checkCatalog = async (catalog: Catalog, source: RevisionSource): Promise<readonly Finding[]> => {
  const checks = catalog.entries.flatMap((entry) =>
    entry.versions.map(async ({ version: v, path, json }) =>
      checkRevision({
        eventType: entry.name,
        version: v,
        file: path,
        earlier: await source.revisionsOf(entry.name, v),
        schema: json,
      }),
    ),
  );
  return [...catalog.findings, ...(await Promise.all(checks)).flat()];
};

/** The revisions that a registry holds. */
export const registryRevisions = (registry: Pick<SchemaRegistry, 'revisions'>): RevisionSource => ({
  revisionsOf: async (eventType, v) => {
    const revisions = await registry.revisions(subjectOf(eventType, version(v)));
    return revisions.map(({ revision, schema }) => ({ label: `revision ${revision}`, schema }));
  },
});
