// Looks at what the project is made of: lock file, licences, known vulnerabilities, and a bill of materials.
// Usage: node .ci/supply-chain.mjs [BOM_FILE]. Exits with 1 for a finding; what cannot be asked is named, not passed.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const bomFile = process.argv[2] ?? '.baton/bom.cdx.json';
const run = promisify(execFile);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const findings = [];

/** Installed packages by folder; those of the workspaces are links. */
const foreign = (lock) =>
  Object.entries(lock.packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);

const unpinnedIn = (lock) => lock.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''));

/** What the benchmarks are compared with is installed on demand only; each package is pinned by content. */
const checkPeers = () => {
  const file = 'libs/bench/peers/package-lock.json';
  const lock = foreign(readJson(file));
  for (const [path] of unpinnedIn(lock)) findings.push(`${file}: ${path} has no sha512 integrity`);
  for (const [path, { license }] of lock)
    if (license !== undefined && !isAllowed(license)) findings.push(`${file}: ${path} is under ${license}`);
  return `peers of the benchmarks: ${lock.length} packages in their lock file`;
};

/** Each package is pinned by content; only packages of other systems, which this one cannot see, may lack it. */
const checkLock = () => {
  const lock = foreign(readJson('package-lock.json'));
  const installed = readJson('node_modules/.package-lock.json').packages;
  const unpinned = unpinnedIn(lock);
  const elsewhere = unpinned.filter(([, { optional, os, cpu }]) => optional && (os ?? cpu) !== undefined);
  for (const [path] of unpinned) {
    if (!elsewhere.some(([other]) => other === path))
      findings.push(`lock file: ${path} has no sha512 integrity`);
    if (installed[path] !== undefined) findings.push(`lock file: ${path} is installed, but not pinned`);
  }
  for (const [path, { version, optional }] of lock) {
    const found = installed[path]?.version;
    if (found !== version && !(optional && found === undefined))
      findings.push(`lock file: ${path} is ${version} there, but ${found ?? 'not'} installed`);
  }
  return `lock file: ${lock.length - unpinned.length} packages pinned by sha512, ${elsewhere.length} of other systems by version only`;
};

const allowed = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Python-2.0',
  'PostgreSQL',
  'Unlicense',
]);

/** `A OR B` is allowed if one is, `A AND B` if both are. */
const isAllowed = (expression) =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((option) => option.split(' AND ').every((licence) => allowed.has(licence.trim())));

const licenceOf = (path) => {
  const { license, licenses } = readJson(`${path}/package.json`);
  const said =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  return said ?? licenceInText(path) ?? 'no licence that it names';
};

/** A package that says nothing in its manifest may still bring the text. */
const licenceInText = (path) => {
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  const text = file === undefined ? '' : readFileSync(`${path}/${file}`, 'utf8');
  return text.includes('Permission is hereby granted, free of charge') ? 'MIT' : undefined;
};

const checkLicences = () => {
  const installed = Object.keys(readJson('node_modules/.package-lock.json').packages);
  const packages = installed.filter((path) => path.includes('node_modules/'));
  for (const path of packages) {
    const licence = licenceOf(path);
    if (!isAllowed(licence)) findings.push(`licences: ${path} is under ${licence}`);
  }
  return `licences: ${packages.length} installed packages looked at`;
};

/** `npm audit` fails for vulnerabilities as it does where the registry has no audit; the document tells which. */
const audit = async () => {
  const { stdout } = await run('npm', ['audit', '--json'], { maxBuffer: 1e8 }).catch((error) => error);
  const report = JSON.parse(stdout || '{}');
  const counts = report.metadata?.vulnerabilities;
  if (counts === undefined)
    return `vulnerabilities: not available (${report.message ?? 'no answer of the registry'})`.replace(
      /https?:\S+/,
      'the registry',
    );
  if (counts.high + counts.critical > 0)
    findings.push(`vulnerabilities: ${counts.critical} critical, ${counts.high} high; see npm audit`);
  return `vulnerabilities: ${counts.total} known`;
};

/** What the project does to a package while it runs. */
const patches = new Map([
  [
    'kafkajs',
    'libs/kafka/src/fetch-repair.ts replaces the reading of the Fetch response (decode and parse of protocol/requests/fetch) at run time, for consumers of this project only: the stock filter of aborted records returns some of them, and the stock reading of records costs most of the processor time of a consumer. libs/kafka/src/produce-request.ts replaces the writing of the Produce request (protocol/requests/produce) for messages of this project only, to the same bytes. libs/kafka/src/join-watch.ts watches joins of groups. libs/kafka/src/fresh-connections.ts empties the buffer of a connection (network/connection) before it connects anew. libs/kafka/src/linear-assignment.ts replaces assign and assigned of consumer/subscriptionState by wrappers with the same result, in time that grows with the number of topics alone. libs/kafka/src/lost-members.ts lets heartbeats of a member without an id fail (consumer/consumerGroup).',
  ],
]);

const writeBom = async () => {
  const { stdout } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx'], { maxBuffer: 1e8 });
  const bom = JSON.parse(stdout);
  for (const [name, notes] of patches) {
    const component = bom.components.find((one) => one.name === name);
    if (component === undefined) findings.push(`bill of materials: ${name} is missing`);
    else component.pedigree = { patches: [{ type: 'monkey' }], notes };
  }
  mkdirSync(dirname(bomFile), { recursive: true });
  writeFileSync(bomFile, `${JSON.stringify(bom, null, 2)}\n`);
  return `bill of materials: ${bom.components.length} components in ${bomFile} (CycloneDX ${bom.specVersion})`;
};

for (const step of [checkLock, checkPeers, checkLicences, audit, writeBom])
  process.stdout.write(`${await step()}\n`);
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
