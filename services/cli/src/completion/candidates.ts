import type { Command, OptionSpec } from '../commands/command';

/** What completion has to look up; whatever cannot be found is left out. */
export interface CompletionSources {
  eventTypes(): readonly string[];
  versions(eventType: string): readonly string[];
  groups(eventType: string | undefined): Promise<readonly string[]>;
}

type Option = OptionSpec & { readonly choices?: readonly string[] };

interface Completing {
  readonly commands: readonly Command[];
  readonly globalOptions: readonly Option[];
  readonly sources: CompletionSources;
}

/** The candidates for the last of `words`, which is what stands before the cursor, behind `baton`. */
export const candidates = async (
  words: readonly string[],
  { commands, globalOptions, sources }: Completing,
): Promise<readonly string[]> => {
  const shown = commands.filter(({ hidden }) => hidden !== true);
  const current = words.at(-1) ?? '';
  const { plain, pending } = readWords(words.slice(0, -1), [
    ...globalOptions,
    ...shown.flatMap(({ options = [] }) => options),
  ]);
  const command = shown.find(
    ({ path }) => path.every((word, i) => plain[i] === word) && isLongest(path, plain, shown),
  );
  const options = [...(command?.options ?? []), ...globalOptions];
  const given = command === undefined ? [] : plain.slice(command.path.length);
  const all = await (async () => {
    if (pending !== undefined) return valuesOf(pending, { options, eventType: given[0], sources });
    if (current.startsWith('-')) return options.flatMap(({ flags }) => namesOf(flags));
    const next = shown.flatMap(({ path }) =>
      plain.every((word, i) => path[i] === word) ? path.slice(plain.length, plain.length + 1) : [],
    );
    return next.length > 0 || command === undefined ? next : argumentsOf(command, given, sources);
  })();
  return [...new Set(all)].filter((one) => one.startsWith(current)).sort();
};

const isLongest = (path: readonly string[], plain: readonly string[], all: readonly Command[]): boolean =>
  !all.some((other) => other.path.length > path.length && other.path.every((word, i) => plain[i] === word));

/** The words that are no options, and the option whose value comes next. */
const readWords = (
  words: readonly string[],
  options: readonly Option[],
): { readonly plain: readonly string[]; readonly pending: string | undefined } => {
  const plain: string[] = [];
  let pending: string | undefined;
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (!word.startsWith('-')) plain.push(word);
    else if (options.some(({ flags }) => takesValue(flags) && namesOf(flags).includes(word))) pending = word;
  }
  return { plain, pending };
};

/** `-o, --output <format>` has the names -o and --output. */
const namesOf = (flags: string): readonly string[] =>
  flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));

const takesValue = (flags: string): boolean => /[<[]/.test(flags);

interface ValueOf {
  readonly options: readonly Option[];
  readonly eventType: string | undefined;
  readonly sources: CompletionSources;
}

const valuesOf = async (
  name: string,
  { options, eventType, sources }: ValueOf,
): Promise<readonly string[]> => {
  const option = options.find(({ flags }) => namesOf(flags).includes(name));
  if (option?.choices !== undefined) return option.choices;
  if (name === '--group') return sources.groups(eventType);
  const versioned = /<version>|<list>/.test(option?.flags ?? '') && name !== '--brokers';
  return versioned && eventType !== undefined ? sources.versions(eventType) : [];
};

const argumentsOf = async (
  { arguments: specs = [] }: Command,
  given: readonly string[],
  sources: CompletionSources,
): Promise<readonly string[]> => {
  const spec = specs[given.length];
  if (spec === undefined) return [];
  if (spec.choices !== undefined) return spec.choices;
  if (/type/.test(spec.syntax)) return sources.eventTypes();
  const [eventType] = given;
  return /from|to/.test(spec.syntax) && eventType !== undefined ? sources.versions(eventType) : [];
};
