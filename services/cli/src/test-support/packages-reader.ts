import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PageStep } from './packages-page';
import { type Background, type Place, runScript, startBackground } from './packages-process';

export interface ReaderOptions {
  /** The checkout of Baton, where the page begins. */
  readonly checkout: string;
  /** The reader's own repository. */
  readonly shop: string;
  /** Sets the reader's names apart from those of other readers on the same broker. */
  readonly suffix: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Somebody who does what the page says. */
export interface Reader {
  /** Takes one step; throws if what comes differs from what the page shows. */
  take(step: PageStep): Promise<void>;
  /** Stops what still runs. */
  leave(): Promise<void>;
}

/** Makes a reader who types every block as it is, but for the names. */
export const createReader = ({ checkout, shop, suffix, env }: ReaderOptions): Reader => {
  const own = ownNames(shop, suffix);
  let place: Place = { cwd: checkout, env };
  let printed = '';
  let background: Background | undefined;

  const run = async (script: string): Promise<void> => {
    printed = await runScript(own.typed(script), place);
    if (script.includes('cd ../shop')) place = { cwd: shop, env };
  };
  const interrupt = async (): Promise<void> => {
    const exit = await background?.interrupt();
    background = undefined;
    if (exit !== 0) throw new Error(`Expected exit code 0 after Ctrl-C, got ${exit}.`);
  };
  const take = async (step: PageStep): Promise<void> => {
    switch (step.kind) {
      case 'file':
        return write(join(shop, own.typed(step.path.replace(/^step-\d\//, ''))), own.typed(step.text));
      case 'run':
        return run(step.text);
      case 'output':
        return expectSame(lastLines(steady(own.read(printed)), step.text), steady(step.text));
      case 'background':
        background = startBackground(own.typed(step.text), place);
        return;
      case 'background-output':
        return expectSame(await linesOf(background, step.text), sorted(step.text));
      case 'ctrl-c':
        return interrupt();
      case 'wait':
        return passed(instantAfter(step.path, printed));
    }
  };
  return {
    take,
    leave: async () => {
      await background?.interrupt();
    },
  };
};

/** The page's names, made the reader's own, and back again in what is printed. */
const ownNames = (shop: string, suffix: string) => {
  const names = [
    ['shop.OrderPlaced', `shop-${suffix}.OrderPlaced`],
    ["'shop-1'", `'shop-${suffix}-1'`],
    ['billing', `billing-${suffix}`],
  ] as const;
  return {
    typed: (text: string): string =>
      [...names, ['../shop', shop] as const].reduce((now, [page, own]) => now.replaceAll(page, own), text),
    read: (text: string): string => names.reduce((now, [page, own]) => now.replaceAll(own, page), text),
  };
};

const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

/** Takes out what differs between two runs: instants, offsets, and the width of columns. */
const steady = (text: string): string =>
  text
    .trimEnd()
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<instant>')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/ $/gm, '')
    .replaceAll(/\bends \d+/g, 'ends <n>')
    .replaceAll(/^(billing v\d \d+) \d+ \d+ (\d+)$/gm, '$1 <n> <n> $2');

/** A page may leave out what the first of several commands print. */
const lastLines = (text: string, shown: string): string =>
  text.split('\n').slice(-shown.trimEnd().split('\n').length).join('\n');

/** Events with different keys come in any order. */
const sorted = (text: string): string => text.trimEnd().split('\n').sort().join('\n');

const linesOf = async (background: Background | undefined, shown: string): Promise<string> => {
  const lines = await background?.lines(shown.trimEnd().split('\n').length);
  return [...(lines ?? [])].sort().join('\n');
};

const expectSame = (got: string, expected: string): void => {
  if (got !== expected) throw new Error(`The page shows:\n${expected}\nbut here it is:\n${got}`);
};

const instantAfter = (word: string, text: string): number =>
  Date.parse(text.match(new RegExp(`${word} (\\S+)`))?.[1] ?? '');

/** Resolves when the instant, and the two seconds by which clocks may differ, are over. */
const passed = async (instant: number): Promise<void> => {
  const left = instant + 2_000 - Date.now();
  if (!(left < 60_000)) throw new Error(`Expected an instant within a minute, got ${left} ms from now.`);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
};
