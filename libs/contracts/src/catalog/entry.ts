import type { EventKind } from '@baton/core';
import type { AvroSchema } from '../schema-model';

/** One live version of an event type, as its files say. */
export interface CatalogVersion {
  readonly version: number;
  /** Relative to the catalog's folder. */
  readonly path: string;
  /** The schema as it stands in the file; this is what gets registered and embedded. */
  readonly json: unknown;
  readonly schema: AvroSchema;
  /** The example document, as JSON; it fits the schema. */
  readonly example: unknown;
}

/** One event type, as the files in its folder say. */
export interface CatalogEntry {
  readonly name: string;
  readonly kind: EventKind;
  readonly owner: string;
  readonly description: string;
  /** The field of the data that is the message key. */
  readonly keyField?: string;
  readonly partitions: number;
  /** How long topics keep messages; -1 for ever. */
  readonly retentionMs: number;
  /** Ascending. */
  readonly versions: readonly CatalogVersion[];
  /** The consumer groups that should exist. */
  readonly groups: readonly string[];
  readonly hasUpcasts: boolean;
}
