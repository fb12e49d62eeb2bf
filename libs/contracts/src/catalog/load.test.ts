import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitRevisions } from '../compatibility/git';
import { checkCatalog, registryRevisions } from '../compatibility/sources';
import { diffVersions } from '../evolve/diff';
import { applyRegistration, planRegistration } from '../evolve/register';
import { scaffoldEventType, scaffoldVersion } from '../evolve/scaffold';
import type { GeneratedFile } from '../generate/event-module';
import { generateCatalog, staleFindings } from '../generate/generate';
import { createInMemoryRegistry } from '../in-memory-registry';
import { entryOf, loadCatalog, loadValidCatalog } from './load';

const repository = join(__dirname, '../../../..');
const schemas = join(repository, 'schemas');
const name = 'lending.BooksBorrowed';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-catalog-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = ({ path, content }: GeneratedFile): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};

const copyOfExample = () => cpSync(join(schemas, name), join(folder, name), { recursive: true });

const edit = (path: string, change: (text: string) => string) =>
  write({ path, content: change(readFileSync(join(folder, path), 'utf8')) });

describe('the catalog', () => {
  it('reads the running example, whose generated files are up to date', () => {
    const catalog = loadValidCatalog(schemas);
    const entry = entryOf(catalog, name);
    expect(entry).toMatchObject({ kind: 'event', owner: 'lending', keyField: 'loanId', hasUpcasts: true });
    expect(entry.retentionMs).toBe(30 * 24 * 3600 * 1000);
    expect(entry.versions.map(({ version }) => version)).toEqual([1, 2]);
    expect(staleFindings(catalog)).toEqual([]);
  });

  it('takes no personal field as key: keys are shown in logs and listings', () => {
    copyOfExample();
    edit(`${name}/v2.avsc`, (text) => text.replace('"name": "loanId"', '"name": "loanId", "pii": true'));
    const found = loadCatalog(folder).findings.map(({ file, jsonPath }) => `${file} ${jsonPath}`);
    expect(found).toEqual([`${name}/v2.avsc $.fields[0].pii`]);
  });

  it('reports all problems of all files at once', () => {
    copyOfExample();
    edit(`${name}/v1.avsc`, (text) => text.replace('"type": "string"', '"type": "strng"'));
    edit(`${name}/examples/v2.json`, (text) => text.replace('HARBOUR', 'MOON').replace('12.50', '12.505'));
    rmSync(join(folder, name, 'downcast.ts'));
    write({
      path: 'lending.Other/event.yaml',
      content: 'name: lending.Other\nkind: even\nretention: 3 weeks\n',
    });
    const found = loadCatalog(folder).findings.map(({ file, jsonPath }) => `${file} ${jsonPath}`);
    expect(found).toEqual([
      `${name}/v1.avsc $.fields[0].type`,
      `${name}/examples/v2.json $.books[0].replacementPrice`,
      `${name}/examples/v2.json $.branch`,
      `${name}/downcast.ts $`,
      'lending.Other/event.yaml $.kind',
      'lending.Other/event.yaml $.owner',
      'lending.Other/event.yaml $.description',
      'lending.Other/event.yaml $.partitions',
      'lending.Other/event.yaml $.retention',
      'lending.Other/event.yaml $.versions',
    ]);
    expect(() => loadValidCatalog(folder)).toThrow('found 10 problem(s)');
  });

  it('notices a version that event.yaml forgot, a wrong folder and a key field that is none', () => {
    copyOfExample();
    edit(`${name}/event.yaml`, (text) =>
      text.replace('[1, 2]', '[2]').replace('BooksBorrowed', 'BooksLent').replace('loanId', 'loan'),
    );
    expect(loadCatalog(folder).findings.map(({ jsonPath }) => jsonPath)).toEqual([
      '$.name',
      '$.fields',
      '$.versions',
    ]);
  });

  it('notices a generated file that is stale or missing', () => {
    copyOfExample();
    edit(`${name}/generated.ts`, (text) => text.replace('readonly loanId', 'readonly id'));
    expect(staleFindings(loadCatalog(folder))).toMatchObject([{ file: `${name}/generated.ts` }]);
    rmSync(join(folder, name, 'generated.ts'));
    expect(staleFindings(loadCatalog(folder))).toMatchObject([{ reason: 'the generated file is missing' }]);
  });
});

describe('a contract over time', () => {
  it('starts from a scaffold that is valid as it is, and grows a version that is too', () => {
    scaffoldEventType({ name: 'lending.BookReturned', kind: 'event', owner: 'lending' }).forEach(write);
    const first = loadValidCatalog(folder);
    expect(staleFindings(first)).toEqual([]);
    const readSource = (file: string) => {
      try {
        return readFileSync(join(folder, 'lending.BookReturned', file), 'utf8');
      } catch {
        return undefined;
      }
    };
    for (const versions of [
      [1, 2],
      [1, 2, 3],
    ]) {
      scaffoldVersion(entryOf(loadValidCatalog(folder), 'lending.BookReturned'), readSource).forEach(write);
      const grown = loadValidCatalog(folder);
      expect(grown.entries[0]?.versions.map(({ version }) => version)).toEqual(versions);
      expect(staleFindings(grown)).toEqual([]);
    }
    expect(readSource('event.yaml')).toContain('# The field of the data');
    expect(readSource('downcast.ts')).toContain('2: (data) => data');
    expect(readSource('upcast.ts')).toContain('3: (data) => data');
  });

  it('shows two versions field by field, and what subscribers of the older one lose', () => {
    const diff = diffVersions(entryOf(loadValidCatalog(schemas), name), 1, 2);
    expect(diff.changes).toEqual([
      { kind: 'removed', path: 'changeInfo', from: 'record lending.ChangeInfo' },
    ]);
    expect(diff.losses).toEqual([
      {
        path: 'changeInfo',
        because: 'made-up-by-downcast',
        explanation: 'v2 does not have it, so subscribers of v1 get what the downcast puts there',
      },
    ]);
  });

  it('registers what is missing, and keeps what is there', async () => {
    const registry = createInMemoryRegistry();
    const catalog = loadValidCatalog(schemas);
    const register = async () => applyRegistration(await planRegistration(catalog, registry), registry);
    const first = await register();
    expect(first.map(({ subject, outcome }) => `${subject} ${outcome}`)).toEqual([
      'lending.BooksBorrowed.v1-value registered',
      'lending.BooksBorrowed.v2-value registered',
      'lending.ExtendLoan.v1-value registered',
      'lending.ExtendLoan.v2-value registered',
    ]);
    expect(await register()).toEqual(first.map((registration) => ({ ...registration, outcome: 'kept' })));
  });

  it('is checked against what the registry holds', async () => {
    copyOfExample();
    const registry = createInMemoryRegistry();
    await applyRegistration(await planRegistration(loadValidCatalog(folder), registry), registry);
    expect(await checkCatalog(loadCatalog(folder), registryRevisions(registry))).toEqual([]);
    edit(`${name}/v2.avsc`, (text) => text.replace('"BOOKMOBILE"', '"BOOKMOBILE", "ARCHIVE"'));
    expect(await checkCatalog(loadCatalog(folder), registryRevisions(registry))).toMatchObject([
      { file: `${name}/v2.avsc`, jsonPath: '$.fields[3].type', severity: 'error' },
    ]);
  });

  it('is checked against the registry also where an example no longer fits', async () => {
    copyOfExample();
    const registry = createInMemoryRegistry();
    await applyRegistration(await planRegistration(loadValidCatalog(folder), registry), registry);
    edit(`${name}/v1.avsc`, (text) => {
      const schema = JSON.parse(text);
      schema.fields.push({ name: 'x', type: 'int' });
      return JSON.stringify(schema);
    });
    rmSync(join(folder, name, 'examples/v2.json'));
    const catalog = loadCatalog(folder);
    expect(catalog.entries).toEqual([]);
    expect(catalog.schemas.map(({ eventType, version }) => `${eventType} ${version}`)).toEqual([
      `${name} 1`,
      `${name} 2`,
    ]);
    const found = await checkCatalog(catalog, registryRevisions(registry));
    expect(found.map(({ file }) => file)).toEqual([
      `${name}/examples/v1.json`,
      `${name}/examples/v2.json`,
      `${name}/v1.avsc`,
    ]);
    expect(found[2]?.reason).toContain('the new field "x" has no default');
  });

  it('is checked against every earlier state in git', async () => {
    copyOfExample();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder });
    const commit = (message: string) => {
      git('add', '.');
      git('commit', '-qm', message);
    };
    git('init', '-q');
    commit('with a note');
    edit(`${name}/v2.avsc`, (text) => text.replace('"note"', '"remark"'));
    edit(`${name}/examples/v2.json`, (text) => text.replace('"note"', '"remark"'));
    commit('renamed the note');
    edit(`${name}/v2.avsc`, (text) => {
      const schema = JSON.parse(text);
      schema.fields[6] = { name: 'note', type: 'int', default: 0 };
      return JSON.stringify(schema);
    });
    edit(`${name}/examples/v2.json`, (text) => text.replace('"remark": null', '"note": 7'));
    expect(loadCatalog(folder).findings).toEqual([]);
    const against = (revision: string) =>
      checkCatalog(loadCatalog(folder), gitRevisions({ folder, against: revision }));
    const found = await against('HEAD');
    expect(found.map(({ jsonPath }) => jsonPath)).toEqual(Array(3).fill('$.fields[6].type'));
    await expect(against('nowhere')).rejects.toMatchObject({
      code: 'invalid-argument',
      message:
        'Expected a branch, tag or commit of the git repository that holds the contracts, got "nowhere", which git does not know.',
    });
  });

  it('asks for a git repository where there is none', async () => {
    copyOfExample();
    const source = gitRevisions({ folder, against: 'HEAD' });
    await expect(checkCatalog(loadCatalog(folder), source)).rejects.toThrow(
      `Expected a git repository that holds ${folder}, found none.`,
    );
  });

  it('generates the same files from the same sources', () => {
    const catalog = loadValidCatalog(schemas);
    expect(generateCatalog(catalog)).toEqual(generateCatalog(catalog));
  });
});
