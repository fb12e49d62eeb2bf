import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageFile, pageFiles, pageText, stepsOf } from './test-support/packages-page';

const root = join(__dirname, '..', '..', '..');

describe('the tutorial for a first event', () => {
  const shown = stepsOf(pageText()).flatMap((step) => ('text' in step ? [step] : []));

  test.each(shown.map(({ path, text }) => [path, text]))('shows %s as the file has it', (path, text) => {
    expect(text).toBe(pageFile(path));
  });

  test('shows every file of its folder', () => {
    expect([...new Set(shown.map(({ path }) => path))].sort()).toEqual([...pageFiles()].sort());
  });

  test('has no block that nobody runs or compares', () => {
    const block = '```sh\nrm -r node_modules\n```\n';
    expect(() => stepsOf(block)).toThrow(/rm -r/);
    expect(() => stepsOf('<!-- run: a.sh -->\n')).toThrow(/a\.sh/);
    expect(() => stepsOf(`<!-- think: a.sh -->\n\n${block}`)).toThrow(/think/);
    expect(stepsOf(`<!-- run: a.sh -->\n\n${block}`)).toEqual([
      { kind: 'run', path: 'a.sh', text: 'rm -r node_modules\n' },
    ]);
  });

  test('installs the packages that it packs, of this release', () => {
    const { dependencies } = JSON.parse(pageFile('package.json'));
    const packed = [...pageFile('commands/01-pack.sh').matchAll(/-w (\S+)/g)].map(([, path = '']) => path);
    const expected = packed.map((path) => {
      const { name, version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
      return [name, `file:packs/${name.replace('@', '').replace('/', '-')}-${version}.tgz`];
    });
    expect(dependencies).toEqual(Object.fromEntries(expected));
  });

  test('links to what exists', () => {
    const links = [...pageText().matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(join(root, 'docs', 'tutorials', link)))).toEqual([]);
  });
});
