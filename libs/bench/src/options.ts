import { Command, InvalidArgumentError, Option } from 'commander';

/** What a person asks of a run. */
export interface BenchOptions {
  readonly quick: boolean;
  readonly rounds?: number;
  readonly only?: readonly string[];
  readonly folder?: string;
  readonly output: 'text' | 'json';
  /** Writes the reference page. */
  readonly docs: boolean;
  /** Shows an earlier run, and runs nothing. */
  readonly from?: string;
  readonly installPeers: boolean;
}

/** Options that say how to measure. */
const measuring = ['quick', 'rounds', 'only', 'folder'];

const words = `
Each contender runs in a fresh process, in turn with the others, on one broker. Results go to a folder: results.json and index.html.
Exits with 1 if a run failed or, with --quick, a ratio is below its floor; with 64 for options that it does not know.`;

/** Reads the command line; commander writes help and complaints and throws. */
export const parseOptions = (
  argv: readonly string[],
  { rows, out, err }: { rows: readonly string[]; out: (text: string) => void; err: (text: string) => void },
): BenchOptions =>
  new Command('npm run bench --')
    .description('Measures Baton side by side with what one would use instead, on the stack of this project.')
    .addOption(
      new Option('--quick', 'small runs, one round: ratios against generous floors only').default(false),
    )
    .addOption(new Option('--rounds <n>', 'rounds of each row (5; 1 with --quick)').argParser(whole))
    .addOption(new Option('--only <rows>', `these rows: ${rows.join(', ')}`).argParser(rowsOf(rows)))
    .addOption(new Option('--folder <dir>', 'where results go (.baton/bench/ and the time)'))
    .addOption(new Option('-o, --output <form>', 'what is printed').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--docs', 'write docs/reference/benchmarks.md').default(false).conflicts(['quick', 'only']),
    )
    .addOption(
      new Option('--from <file>', 'show the results.json of an earlier run, and run nothing').conflicts(
        measuring,
      ),
    )
    .addOption(
      new Option('--install-peers', 'install the peers into .baton/bench-peers, and measure nothing')
        .default(false)
        .conflicts([...measuring, 'docs', 'from']),
    )
    .addHelpText('after', words)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .parse([...argv], { from: 'user' })
    .opts<BenchOptions>();

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > 1_000)
    throw new InvalidArgumentError('Expected a whole number from 1 to 1000.');
  return value;
};

const rowsOf =
  (rows: readonly string[]) =>
  (text: string): readonly string[] => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.filter((name) => !rows.includes(name));
    if (unknown.length > 0)
      throw new InvalidArgumentError(`There is no row ${unknown.join(', ')}. There are ${rows.join(', ')}.`);
    return names;
  };
