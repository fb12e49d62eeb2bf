import { Command as Commander, Option } from 'commander';
import type { Command, OptionSpec } from './commands/command';
import { type Exit, exitCodes } from './exit-codes';
import { type OutputFormat, outputFormats } from './output/data-writer';
import type { SettingFlags } from './settings/settings';

/** The flags that every command takes. */
export interface GlobalFlags extends SettingFlags {
  readonly output: OutputFormat;
  readonly color: boolean;
  readonly debug?: boolean;
}

/** The words that group commands, with what they are about. */
export const groups: Readonly<Record<string, string>> = {
  schema: 'Contracts: check, generate, register, compare and begin schemas',
  topics: 'Topics of event types and of Baton itself',
  'dead-letters': 'Events that a group could not handle and has parked',
  key: 'The migration key, with which decisions are sealed',
  config: 'Effective configuration',
  can: 'Verdicts with their evidence: may a group be bound, may publishers stop, may a group drop',
  migrate: 'Migrations that are declared in a file',
};

/** The options that every command takes, for help and reference. */
export const globalOptions: readonly (OptionSpec & { choices?: readonly string[]; initial?: string })[] = [
  { flags: '--brokers <list>', describes: 'Kafka brokers as host:port, separated by commas' },
  { flags: '--registry <url>', describes: 'base URL of the schema registry' },
  { flags: '--schemas <folder>', describes: 'folder with one folder per event type' },
  { flags: '--event-types <file>', describes: 'module with the compiled event types' },
  { flags: '--control-topic <name>', describes: 'topic of the control log' },
  { flags: '--presence-topic <name>', describes: 'topic in which live instances are known' },
  {
    flags: '-o, --output <format>',
    describes: 'a table for people, one document, or a line of JSON for each document or event',
    choices: outputFormats,
    initial: 'table',
  },
  { flags: '--no-color', describes: 'no colours; NO_COLOR does the same' },
  { flags: '--debug', describes: 'show where an error happened' },
];

interface ProgramDeps {
  readonly commands: readonly Command[];
  readonly version: string;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  /** Called with the command that was chosen and what was given to it. */
  readonly chosen: (
    command: Command,
    raw: Readonly<Record<string, unknown>>,
    flags: GlobalFlags,
  ) => Promise<void>;
}

/** Makes the command-line program of the commands. It throws CommanderError instead of ending the process. */
export const createProgram = ({ commands, version, writeOut, writeErr, chosen }: ProgramDeps): Commander => {
  const program = new Commander('baton');
  program.configureOutput({ writeOut, writeErr }).exitOverride();
  program
    .description(
      'Switches consumer groups from one version of an event to the next, without losing an event.',
    )
    // not --version, which commands need for the version of an event type
    .version(version, '-V', 'the version of this program, as does --version alone')
    .configureHelp({ showGlobalOptions: true });
  for (const option of globalOptions) program.addOption(globalOption(option));
  program.addHelpText('after', `\nExit codes:\n${exitLines(Object.keys(exitCodes) as Exit[])}`);
  for (const command of commands) addCommand(program, command, chosen);
  return program;
};

/** The ways a command can end, as lines of its help. */
export const exitsOf = (command: Command): readonly Exit[] => {
  const possible = new Set<Exit>(['ok', 'failure', 'usage', 'interrupted', ...(command.exits ?? [])]);
  return (Object.keys(exitCodes) as Exit[]).filter((exit) => possible.has(exit));
};

const exitLines = (exits: readonly Exit[]): string =>
  exits.map((exit) => `  ${String(exitCodes[exit].code).padEnd(4)} ${exitCodes[exit].means}`).join('\n');

const globalOption = ({ flags, describes, choices, initial }: (typeof globalOptions)[number]): Option => {
  const option = new Option(flags, describes);
  if (choices !== undefined) option.choices([...choices]);
  if (initial !== undefined) option.default(initial);
  return option;
};

const addCommand = (program: Commander, command: Command, chosen: ProgramDeps['chosen']): void => {
  const parent = command.path.slice(0, -1).reduce(group, program);
  const leaf = parent.command(command.path[command.path.length - 1] ?? '', {
    hidden: command.hidden ?? false,
  });
  leaf.summary(command.summary).description([command.summary, ...(command.details ?? [])].join('\n\n'));
  for (const { syntax, describes } of command.arguments ?? []) leaf.argument(syntax, describes);
  for (const { flags, describes, required = false } of command.options ?? []) {
    leaf.addOption(new Option(flags, describes).makeOptionMandatory(required));
  }
  leaf.addHelpText('after', `\nExit codes:\n${exitLines(exitsOf(command))}\n\n${exampleLines(command)}`);
  leaf.action(() => chosen(command, rawInput(leaf), leaf.optsWithGlobals<GlobalFlags>()));
};

const group = (parent: Commander, word: string): Commander =>
  parent.commands.find((command) => command.name() === word) ??
  parent.command(word).description(groups[word] ?? '');

const exampleLines = ({ examples }: Command): string =>
  ['Examples:', ...examples.map((example) => `  ${example}`)].join('\n');

const rawInput = (leaf: Commander): Readonly<Record<string, unknown>> => ({
  ...leaf.optsWithGlobals(),
  ...Object.fromEntries(
    leaf.registeredArguments.map((argument, i) => [argument.name(), leaf.processedArgs[i]]),
  ),
});
