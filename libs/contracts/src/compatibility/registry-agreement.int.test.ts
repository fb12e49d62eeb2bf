import { randomUUID } from 'node:crypto';
import { createRandom } from '../../test-support/random';
import { editedSchema, type JsonObject, randomSchema } from '../../test-support/random-schema';
import { hasErrors } from '../findings';
import { checkRevision } from './check';

jest.setTimeout(120_000);

const ask = async (method: string, path: string, body: unknown): Promise<JsonObject> => {
  const response = await fetch(`${process.env.SCHEMA_REGISTRY_URL}${path}`, {
    method,
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as JsonObject;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};

/** The registry's verdict on `schema` after `earlier`, fully transitive. */
const registryVerdict = async (earlier: JsonObject, schema: JsonObject): Promise<unknown> => {
  const subject = `test.${randomUUID()}-value`;
  await ask('PUT', `/config/${subject}`, { compatibility: 'FULL_TRANSITIVE' });
  await ask('POST', `/subjects/${subject}/versions`, { schema: JSON.stringify(earlier) });
  const verdict = await ask('POST', `/compatibility/subjects/${subject}/versions/latest?verbose=true`, {
    schema: JSON.stringify(schema),
  });
  return verdict.is_compatible;
};

describe('the compatibility check', () => {
  it('agrees with the registry, over random schemas and edits', async () => {
    const seen = { compatible: 0, incompatible: 0 };
    for (let seed = 0; seed < 60; seed += 1) {
      const random = createRandom(seed + 500);
      const earlier = randomSchema(random, { logicalTypes: false });
      const schema = editedSchema(earlier, random);
      const findings = checkRevision({
        eventType: 'test.Event',
        version: 1,
        file: 'v1.avsc',
        earlier: [{ label: 'revision 1', schema: earlier }],
        schema,
      });
      seen[!hasErrors(findings) ? 'compatible' : 'incompatible'] += 1;
      const theirs = await registryVerdict(earlier, schema);
      expect({ seed, compatible: !hasErrors(findings), findings }).toEqual({
        seed,
        compatible: theirs,
        findings,
      });
    }
    expect(seen.compatible).toBeGreaterThan(10);
    expect(seen.incompatible).toBeGreaterThan(10);
  });
});
