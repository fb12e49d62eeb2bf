/** One stored revision of a subject. */
export interface RegisteredSchema {
  /** The number in the wire format; one per distinct schema of the registry. */
  readonly id: number;
  /** The registry's counter within the subject, from 1. */
  readonly revision: number;
}

/** A stored revision together with its schema, as JSON. */
export interface SchemaRevision extends RegisteredSchema {
  readonly schema: unknown;
}

/** Whether a subject would take a schema, and if not, why. */
export interface RegistryVerdict {
  readonly compatible: boolean;
  readonly messages: readonly string[];
}

/** What the codec needs of a registry. Every method rejects with `registry-unavailable` if it does not answer. */
export interface SchemaLookup {
  /** `undefined` if the subject does not hold exactly this schema. Stores nothing. */
  lookup(subject: string, schema: unknown): Promise<RegisteredSchema | undefined>;
  /** Rejects with `unknown-schema-id` if the registry has no such schema. */
  schemaById(id: number): Promise<unknown>;
}

/** A Confluent-compatible schema registry. */
export interface SchemaRegistry extends SchemaLookup {
  /** Stores the schema if the subject does not hold it; the same call again gives the same answer. */
  register(subject: string, schema: unknown): Promise<RegisteredSchema>;
  /** All revisions of a subject, oldest first; empty if there is no such subject. */
  revisions(subject: string): Promise<readonly SchemaRevision[]>;
  /** The registry's own opinion, against all revisions; `compatible` if there is no such subject. */
  checkCompatibility(subject: string, schema: unknown): Promise<RegistryVerdict>;
  setCompatibility(subject: string, level: 'FULL_TRANSITIVE'): Promise<void>;
  /** Resolves once the registry answers a real request. */
  ping(): Promise<void>;
}
