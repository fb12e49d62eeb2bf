import { Command, InvalidArgumentError, Option } from 'commander';

/** What a person asks of the demonstration. */
export interface DemoOptions {
  readonly events: number;
  readonly rate: number;
  readonly input?: string;
  readonly output: 'text' | 'json';
  readonly keep: boolean;
}

/** Reads the command line; commander writes help and complaints and throws. */
export const parseOptions = (
  argv: readonly string[],
  { out, err }: { out: (text: string) => void; err: (text: string) => void },
): DemoOptions =>
  new Command('demo')
    .description(
      'Shows the whole life of v1, to its retirement in favour of v2, with separate processes, and audits it.',
    )
    .addOption(new Option('--events <n>', 'how many events to publish').argParser(positive).default(9000))
    .addOption(new Option('--rate <r>', 'events per second').argParser(positive).default(100))
    .addOption(
      new Option('--input <file>', 'publish these loans instead, one JSON document a line').conflicts(
        'events',
      ),
    )
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option(
        '--keep',
        'run on the stack of `npm run stack`, and leave it running; announcement and retirement would concern everybody there, and are left out',
      ).default(false),
    )
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .parse([...argv], { from: 'user' })
    .opts<DemoOptions>();

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
};
