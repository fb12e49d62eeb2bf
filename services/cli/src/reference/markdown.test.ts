import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../commands';
import { referencePage } from './markdown';
import { outputSchemas } from './output-schemas';

const page = join(__dirname, '..', '..', '..', '..', 'docs', 'reference', 'cli.md');

describe('the reference page of the command line', () => {
  test('docs/reference/cli.md is what the definitions say; regenerate it with: npm run --silent baton -- docs docs/reference', () => {
    expect(readFileSync(page, 'utf8')).toBe(referencePage(commands));
  });

  test('docs/reference/output holds the schema of every document, and no other; regenerate them with: npm run --silent baton -- docs docs/reference', () => {
    const folder = join(page, '..', 'output');
    const files = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
    expect(files).toEqual(
      Object.fromEntries(outputSchemas(commands).map(({ name, content }) => [name, content])),
    );
  });

  test('every command but the hidden ones has a section with examples that call it', () => {
    const text = referencePage(commands);
    for (const { path, hidden, examples } of commands) {
      const call = `baton ${path.join(' ')}`;
      expect(text.includes(`## ${call}\n`)).toBe(hidden !== true);
      expect(examples.every((example) => example.startsWith(call))).toBe(true);
    }
  });
});
