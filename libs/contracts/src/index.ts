export type { CatalogEntry, CatalogVersion } from './catalog/entry';
export { type Catalog, type CatalogSchema, entryOf, loadCatalog, loadValidCatalog } from './catalog/load';
export { type AvroCodecDeps, createAvroCodec, type EventCodec } from './codec';
export {
  checkRevision,
  type EarlierRevision,
  type RevisionCheck,
} from './compatibility/check';
export { type GitRevisionsOptions, gitRevisions } from './compatibility/git';
export {
  checkCatalog,
  compatibilityFindings,
  type RevisionSource,
  registryRevisions,
} from './compatibility/sources';
export { diffVersions, type FieldChange, type Loss, type VersionDiff } from './evolve/diff';
export {
  applyRegistration,
  planRegistration,
  type Registration,
  type RegistrationStep,
} from './evolve/register';
export { type NewEventType, type ReadSource, scaffoldEventType, scaffoldVersion } from './evolve/scaffold';
export { type Finding, formatFinding, hasErrors, type Severity } from './findings';
export { type GeneratedFile, generateEventModule } from './generate/event-module';
export { generateCatalog, staleFindings } from './generate/generate';
export { createInMemoryRegistry } from './in-memory-registry';
export { type DataProblem, dataFromJson, dataToJson, dataToRedactedJson } from './json-data';
export {
  avroLogicalTypes,
  type Decimal,
  type Duration,
  type LocalDate,
} from './logical-types';
export type {
  RegisteredSchema,
  RegistryVerdict,
  SchemaLookup,
  SchemaRegistry,
  SchemaRevision,
} from './registry';
