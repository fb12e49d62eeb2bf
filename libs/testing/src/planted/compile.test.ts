import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { plantedBugs } from './bugs';
import { editSource, filesOf } from './edit-source';
import type { PlantedBug } from './planted-bug';

const root = join(__dirname, '../../../..');
const libraries = ['core', 'contracts', 'messaging', 'control', 'postgres', 'testing'];
const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const indexOf = (library: string): string => join(root, 'libs', library, 'src/index.ts');

const options: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  ).options,
  noEmit: true,
  composite: false,
  declaration: false,
  typeRoots: [join(root, 'node_modules/@types')],
  paths: Object.fromEntries(libraries.map((library) => [`@baton/${library}`, [indexOf(library)]])),
};

const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler objects to in the files that a bug changes. */
const typeErrors = (bug: PlantedBug): readonly string[] => {
  const changed = new Map(
    filesOf(bug).map((file) => [join(root, file), editSource(bug, file, sourceOf(file))]),
  );
  const host = ts.createCompilerHost(options);
  const parse = (file: string, text: string | undefined): ts.SourceFile | undefined =>
    text === undefined ? undefined : ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  host.getSourceFile = (file) => {
    if (changed.has(file)) return parse(file, changed.get(file));
    if (!parsed.has(file)) parsed.set(file, parse(file, ts.sys.readFile(file)));
    return parsed.get(file);
  };
  const program = ts.createProgram({
    rootNames: [...libraries.map(indexOf), ...changed.keys()],
    options,
    host,
  });
  return [...changed.keys()].flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
  );
};

describe('a program with a planted bug', () => {
  it.each(plantedBugs)('compiles: $name', (bug) => {
    expect(typeErrors(bug)).toEqual([]);
  });

  it('would not, if the bug did not fit', () => {
    const file = 'libs/core/src/rule.ts';
    const edits = [
      { file, find: 'versionAt(timeline, createdAt), published', replace: 'nothing, published' },
    ];
    expect(typeErrors({ name: 'x', says: 'X.', breaks: 'x', edits })).toEqual([
      "Cannot find name 'nothing'.",
    ]);
  }, 30_000);
});
