import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is done with a block of the tutorial. */
const blockKinds = ['run', 'background', 'output', 'background-output', 'file'] as const;
type BlockKind = (typeof blockKinds)[number];

/** One thing that the reader of the tutorial does or sees, in the order of the page. */
export type PageStep =
  | { readonly kind: BlockKind; readonly path: string; readonly text: string }
  | { readonly kind: 'ctrl-c' }
  | { readonly kind: 'wait'; readonly path: string };

const tutorials = join(__dirname, '..', '..', '..', '..', 'docs', 'tutorials');
const folder = join(tutorials, 'first-event');
const pattern = /^<!-- (?<mark>ctrl-c|(?<kind>[\w-]+): (?<path>\S+)) -->$|^```\w*\n(?<text>[\s\S]*?)^```$/gm;

/** The text of the page. */
export const pageText = (): string => readFileSync(join(tutorials, 'first-event.md'), 'utf8');

/** The text of a file that the page shows. */
export const pageFile = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** Every file beside the page, by its path in the folder. */
export const pageFiles = (): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

/** Reads the steps of a page: a comment says what a block is, the block follows it. Throws if one lacks the other. */
export const stepsOf = (page: string): readonly PageStep[] => {
  const steps: PageStep[] = [];
  let open: { readonly kind: BlockKind; readonly path: string } | undefined;
  for (const { groups = {} } of page.matchAll(pattern)) {
    const { mark, kind = '', path = '', text } = groups;
    if ((text === undefined) !== (open === undefined)) {
      throw new Error(`Expected a comment and a block in turn, got: ${mark ?? text}`);
    }
    if (open !== undefined) {
      steps.push({ ...open, text: text ?? '' });
      open = undefined;
    } else if (mark === 'ctrl-c') steps.push({ kind: 'ctrl-c' });
    else if (kind === 'wait') steps.push({ kind, path });
    else open = { kind: blockKind(kind), path };
  }
  if (open !== undefined) throw new Error(`Expected a block after the comment on ${open.path}, got none.`);
  return steps;
};

const blockKind = (word: string): BlockKind => {
  const known = blockKinds.find((kind) => kind === word);
  if (known === undefined) throw new Error(`Expected one of ${blockKinds.join(', ')}, got "${word}".`);
  return known;
};
