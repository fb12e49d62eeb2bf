import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadValidCatalog } from '@baton/contracts';
import { parseMigration } from '@baton/control';
import { parse } from 'yaml';

const root = join(__dirname, '../../../..');
const folder = join(root, 'migrations');
const catalog = loadValidCatalog(join(root, 'schemas'));

describe('the declared migrations', () => {
  it.each(readdirSync(folder))('%s names versions and groups that event.yaml has', (file) => {
    const migration = parseMigration(parse(readFileSync(join(folder, file), 'utf8')), file);
    const entry = catalog.entries.find(({ name }) => name === migration.type);
    expect(entry?.versions.map(({ version }) => version)).toEqual(
      expect.arrayContaining([migration.from, migration.to]),
    );
    expect(migration.groups.map(({ group }) => group)).toEqual(entry?.groups);
  });

  it('are refused with the file and the field if an instant is none', () => {
    const text = readFileSync(join(folder, 'books-borrowed-2.yaml'), 'utf8');
    const broken = text.replace('2027-02-28T00:00:00Z', 'soon');
    expect(() => parseMigration(parse(broken), 'broken.yaml')).toThrow(
      /broken\.yaml is no migration.*vetoUntil/,
    );
  });
});
