export type { CatalogEntry, CatalogVersion } from './catalog/entry';
export { type Catalog, entryOf, loadCatalog, loadValidCatalog } from './catalog/load';
export { type AvroCodecDeps, createAvroCodec, type EventCodec } from './codec';
export { type Finding, formatFinding, hasErrors, type Severity } from './findings';
export { type GeneratedFile, generateEventModule } from './generate/event-module';
export { generateCatalog, staleFindings } from './generate/generate';
export { createInMemoryRegistry } from './in-memory-registry';
export { type DataProblem, dataFromJson, dataToJson } from './json-data';
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
