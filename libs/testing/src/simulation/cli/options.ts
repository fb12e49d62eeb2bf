import { parseArgs } from 'node:util';
import { BatonError } from '@baton/core';

/** What `simulate` is asked to do. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'seeds'; readonly options: SeedsOptions }
  | { readonly kind: 'one'; readonly options: OneOptions };

export interface SeedsOptions {
  readonly from: number;
  readonly seeds: number;
  readonly workers: number;
  /** Where the state of the run is kept, so that the same command goes on with it. */
  readonly resume: string | undefined;
  readonly output: 'text' | 'json';
  /** How many failing seeds are shrunk and told. */
  readonly explain: number;
}

/** One run whose history is wanted, by its seed or by a plan in a file. */
export interface OneOptions {
  readonly what: { readonly seed: number } | { readonly planFile: string };
  readonly trace: boolean;
  readonly output: 'text' | 'json';
}

export const help = `Usage: npm run simulate -- [options]

Plays whole migrations on a simulated broker, network and clocks, each drawn from its seed, and checks what
Baton promises. Ends with "N migrations, N lost, N doubled, N torn, N out of order, N stuck", and with exit code 1
if anything was found.

  --seeds N       how many seeds (default 1000)
  --from N        the first seed (default 1)
  --workers K     how many processes at once (default: one a core)
  --resume FILE   keep the state of the run in FILE, and go on from there if it exists
  --explain N     shrink and tell so many failing seeds (default 3)
  --plan FILE     run the plan in FILE instead of seeds
  --trace         run the seed --from alone, or the plan, and print everything that happens
  -o json         print one JSON document
  -h, --help      print this
`;

const options = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  workers: { type: 'string' },
  resume: { type: 'string' },
  explain: { type: 'string' },
  plan: { type: 'string' },
  trace: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line; throws `invalid-argument` with what was expected. */
export const parseCommand = (args: readonly string[], cores: number): Command => {
  const { values } = parsed(args);
  if (values.help === true) return { kind: 'help' };
  const output = outputOf(values.output);
  const from = wholeNumber('--from', values.from, { otherwise: 1, least: 0 });
  if (values.plan !== undefined || values.trace === true) {
    for (const other of ['seeds', 'workers', 'resume', 'explain'] as const) {
      if (values[other] !== undefined)
        throw usage(`Expected one run, got --${other} too. Leave it out with --plan and --trace.`);
    }
    const what = values.plan === undefined ? { seed: from } : { planFile: values.plan };
    return { kind: 'one', options: { what, trace: values.trace === true, output } };
  }
  return {
    kind: 'seeds',
    options: {
      from,
      seeds: wholeNumber('--seeds', values.seeds, { otherwise: 1_000, least: 1 }),
      workers: wholeNumber('--workers', values.workers, { otherwise: cores, least: 1 }),
      resume: values.resume,
      output,
      explain: wholeNumber('--explain', values.explain, { otherwise: 3, least: 0 }),
    },
  };
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
  } catch (error) {
    throw usage(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
};

const wholeNumber = (
  name: string,
  text: string | undefined,
  { otherwise, least }: { readonly otherwise: number; readonly least: number },
): number => {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw usage(`Expected ${name} to be a whole number from ${least}, got "${text}".`);
};

const outputOf = (text: string | undefined): 'text' | 'json' => {
  if (text === undefined || text === 'text') return 'text';
  if (text === 'json') return 'json';
  throw usage(`Expected -o text or -o json, got "${text}".`);
};

const usage = (message: string): BatonError => new BatonError('invalid-argument', message);
