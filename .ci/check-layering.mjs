// Holds the packages to their order: one may depend only on those above it. Biome refuses undeclared imports and
// cycles between files, so that what package.json declares is what the code does.
import { readdirSync, readFileSync } from 'node:fs';

const order = [
  ['core'],
  ['contracts'],
  ['messaging'],
  ['control'],
  ['kafka'],
  ['postgres'],
  ['service-kit'],
  ['testing'],
  ['dev-stack'],
  ['schemas'],
  ['bench'],
  ['cli', 'lending', 'reminders', 'statistics'],
  ['demo'],
  ['chaos'],
];
/** Packages that only tests and development may use. */
const forTests = new Set(['testing', 'dev-stack', 'bench']);
/** The only places where a client of the broker, the registry or a database may be named. */
const clients = {
  kafkajs: ['kafka', 'dev-stack', 'bench', 'chaos'],
  '@kafkajs/confluent-schema-registry': ['kafka', 'bench'],
};

const rank = new Map(order.flatMap((names, i) => names.map((name) => [name, i])));
const folders = [
  'schemas',
  ...['libs', 'services'].flatMap((dir) => readdirSync(dir).map((n) => `${dir}/${n}`)),
];
const findings = [];

for (const folder of folders) {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const own = manifest.name.replace('@baton/', '');
  const tsconfig = JSON.parse(readFileSync(`${folder}/tsconfig.json`, 'utf8'));
  if (!rank.has(own)) findings.push(`${folder}: ${manifest.name} has no place in the order`);
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const internal = name.startsWith('@baton/') ? name.slice('@baton/'.length) : undefined;
    if (internal === undefined) {
      const allowed = clients[name];
      if (allowed !== undefined && !allowed.includes(own))
        findings.push(`${folder}: only ${allowed.join(', ')} may use ${name}`);
      continue;
    }
    if (rank.get(internal) >= rank.get(own))
      findings.push(`${folder}: ${own} may not depend on ${internal}, which is not above it`);
    if (forTests.has(internal) && !forTests.has(own) && own !== 'demo' && own !== 'chaos') {
      findings.push(`${folder}: ${internal} is for tests; declare it as a development dependency`);
    }
    const referenced = (tsconfig.references ?? []).some(({ path }) => path.endsWith(`/${internal}`));
    if (!referenced) findings.push(`${folder}/tsconfig.json: a reference to ${internal} is missing`);
  }
}

for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
