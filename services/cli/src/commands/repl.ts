import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { start } from 'node:repl';
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { loadValidCatalog } from '@baton/contracts';
import { z } from 'zod';
import type { Context } from '../context';
import { withControl } from '../control-access';
import { type ShellScope, shellScope } from '../shell/shell-scope';
import { schemasFolder } from './catalog-input';
import { defineCommand } from './command';
import { schemaVersion } from './document-parts';

/** `baton repl` */
export const repl = defineCommand({
  path: ['repl'],
  summary: 'An interactive shell with catalog, publish, tail, decide and the state of the control log',
  details: [
    'It is JavaScript, with `await`: `catalog` holds the event types; `await publish(type, {key, data})` publishes; `await tail(type, {limit, from, version, group})` reads; `decide({type, group, version, createdAt, published})` asks the rule; `await state()` is the control log, folded. `.exit` or Ctrl-D leaves.',
    'What was typed is kept in baton/repl_history, in $XDG_STATE_HOME or ~/.local/state. From a pipe it runs each line as an expression, or as `const name = expression`, and ends at the first that fails.',
  ],
  examples: ['baton repl', `baton repl <<< "await tail('lending.BooksBorrowed', { limit: 3 })"`],
  input: z.object({}),
  output: z.strictObject({ schemaVersion }),
  lines: z.strictObject({ schemaVersion, value: z.unknown() }),
  run: async (_input, context) => {
    const { entries } = loadValidCatalog(schemasFolder(context));
    await withControl(context, async ({ follower }) => {
      const scope = shellScope(entries, follower, context);
      const names = entries.map(({ name }) => name);
      await (context.terminal.interactive ? runShell(scope, names, context) : runScript(scope, context));
    });
    return { document: { schemaVersion: 1 }, exit: 'ok', next: 'baton status' };
  },
  render: () => '',
});

const runShell = (scope: ShellScope, eventTypes: readonly string[], context: Context): Promise<void> =>
  new Promise((resolve, reject) => {
    const { terminal, env } = context;
    const shell = start({
      input: terminal.input,
      output: terminal.data,
      terminal: true,
      prompt: 'baton> ',
      ignoreUndefined: true,
      useColors: !env.NO_COLOR,
    });
    Object.assign(shell.context, scope);
    completeEventTypes(shell, eventTypes);
    shell.once('exit', resolve);
    const history = historyFile(env);
    if (history !== undefined) shell.setupHistory(history, (error) => error && reject(error));
  });

/** Runs what a pipe holds as one program, and shows what each line that is an expression comes to. */
const runScript = async (scope: ShellScope, context: Context): Promise<void> => {
  const sandbox = createContext({ ...scope, process, console: undefined, setTimeout, Buffer });
  for await (const text of context.terminal.lines(context.interrupted)) {
    if (text.trim() === '.exit') return;
    if (text.trim() === '') continue;
    const value: unknown = await runInContext(asyncBody(text), sandbox, { filename: 'repl' })();
    if (value === undefined) continue;
    context.line({ document: { schemaVersion: 1, value }, text: () => inspect(value, { depth: 8 }) });
  }
};

/** A line as an async function: `const x = …` keeps x for the lines that follow, an expression is answered. */
const asyncBody = (text: string): string => {
  const declared = /^\s*(?:const|let|var)\s+(\w+)\s*=(.*)$/s.exec(text);
  const [, name, value] = declared ?? [];
  const expression = (name === undefined ? text : (value ?? '')).trim().replace(/;$/, '');
  return `(async () => ${name === undefined ? '' : `void (globalThis.${name} = `}(${expression})${name === undefined ? '' : ')'})`;
};

type Completer = (line: string, done: (error: Error | null, found: [string[], string]) => void) => void;

/** Within quotes the names of event types are completed; elsewhere what the shell knows. */
const completeEventTypes = (shell: ReturnType<typeof start>, eventTypes: readonly string[]): void => {
  const usual = shell.completer as Completer;
  const completer: Completer = (line, done) => {
    const begun = /['"`]([\w.-]*)$/.exec(line)?.[1];
    const found = begun === undefined ? [] : eventTypes.filter((name) => name.startsWith(begun));
    if (begun === undefined || found.length === 0) usual.call(shell, line, done);
    else done(null, [found, begun]);
  };
  Object.defineProperty(shell, 'completer', { value: completer });
};

const historyFile = (env: Context['env']): string | undefined => {
  const base = env.XDG_STATE_HOME || (env.HOME ? join(env.HOME, '.local', 'state') : undefined);
  if (base === undefined) return undefined;
  const folder = join(base, 'baton');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'repl_history');
};
