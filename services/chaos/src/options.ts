import { Command, InvalidArgumentError, Option } from 'commander';
import { type Fault, faults, type Level, levels } from './plan/levels';

/** What a person asks of the run. */
export interface ChaosOptions {
  readonly level: Level;
  readonly seed?: number;
  readonly only?: Fault;
  readonly minutes?: number;
  /** The first and the last part to play. */
  readonly parts?: readonly [number, number];
  readonly folder?: string;
  readonly resume?: string;
  readonly replay?: string;
  readonly rate: number;
}

/** Reads the command line; commander writes help and complaints and throws. */
export const parseOptions = (
  argv: readonly string[],
  { out, err }: { out: (text: string) => void; err: (text: string) => void },
): ChaosOptions =>
  new Command('chaos')
    .description(
      'Makes faults on a stack of its own while publishers, consumers and scripts work, counts them, and judges by topics and histories what they did. Exits with 1 where a promise was broken, with 2 where faults are missing.',
    )
    .addOption(new Option('--level <level>', 'how many faults of each kind').choices(levels).default('pr'))
    .addOption(new Option('--seed <n>', 'draws everything; random unless given').argParser(whole))
    .addOption(new Option('--only <fault>', 'this fault alone, with nothing else around it').choices(faults))
    .addOption(new Option('--minutes <n>', 'begin no further part after so long').argParser(whole))
    .addOption(new Option('--parts <range>', 'play these parts only, such as 3 or 2-5').argParser(range))
    .addOption(new Option('--folder <dir>', 'where histories, seeds and results go'))
    .addOption(new Option('--resume <dir>', 'go on with a run: play the parts that have no result'))
    .addOption(new Option('--replay <dir>', 'judge the histories of a run again, without any stack'))
    .addOption(new Option('--rate <r>', 'events per second').argParser(whole).default(100))
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err })
    .parse([...argv], { from: 'user' })
    .opts<ChaosOptions>();

const whole = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
};

const range = (text: string): readonly [number, number] => {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const ends = [Number(first), Number(last)] as const;
  if (first === undefined || ends[0] < 1 || ends[1] < ends[0])
    throw new InvalidArgumentError('Expected a part such as 3, or a range such as 2-5.');
  return ends;
};
