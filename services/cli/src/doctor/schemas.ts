import { type Catalog, formatFinding, planRegistration, type SchemaRegistry } from '@baton/contracts';
import { type CheckResult, fail, ok, warn } from './check-result';

/** Says what is wrong with the files of the folder of schemas. */
export const examineCatalog = ({ entries, findings, folder }: Catalog): readonly CheckResult[] =>
  findings.length === 0
    ? [ok('schemas', `${entries.length} event type(s) in ${folder}`)]
    : findings.map((finding) => fail('schemas', formatFinding(finding), 'See: baton schema check'));

/** Reads from the registry, and says which schemas it lacks. */
export const examineRegistry = async (
  catalog: Catalog,
  registry: SchemaRegistry,
): Promise<readonly CheckResult[]> => {
  await registry.ping();
  const steps = await planRegistration(catalog, registry);
  return [
    ok('registry', 'it answers'),
    ...steps.map((step) =>
      step.kind === 'keep'
        ? ok(`schema ${step.subject}`, `id ${step.registered.id}, revision ${step.registered.revision}`)
        : warn(
            `schema ${step.subject}`,
            'not registered, so nobody can publish it',
            'Run: baton schema register',
          ),
    ),
  ];
};

const probeSubject = 'baton.doctor-value';
const probeSchema = { type: 'record', name: 'Doctor', namespace: 'baton', fields: [] };

/** Stores a schema that means nothing, always the same, and reads it back by its id. */
export const examineRegistryWrites = async (registry: SchemaRegistry): Promise<readonly CheckResult[]> => {
  const { id } = await registry.register(probeSubject, probeSchema);
  await registry.schemaById(id);
  return [ok('registry writes', `${probeSubject} stored and read back as id ${id}`)];
};
