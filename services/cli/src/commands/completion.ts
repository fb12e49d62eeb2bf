import { z } from 'zod';
import { completionScript, shells } from '../completion/scripts';
import { defineCommand } from './command';
import { schemaVersion } from './document-parts';

const output = z.strictObject({ schemaVersion, shell: z.enum(shells), script: z.string() });

/** `baton completion` */
export const completion = defineCommand({
  path: ['completion'],
  summary: 'Print the script by which a shell completes commands, options, event types, versions and groups',
  details: [
    'Event types and versions come from the folder of schemas; groups from there and, if it answers within a second, from the broker.',
  ],
  arguments: [{ syntax: '<shell>', describes: shells.join(', '), choices: shells }],
  examples: [
    'baton completion bash > ~/.local/share/bash-completion/completions/baton',
    'baton completion zsh > ~/.zfunc/_baton',
    'baton completion fish > ~/.config/fish/completions/baton.fish',
  ],
  input: z.object({
    shell: z.enum(shells, { error: ({ input }) => `Expected one of ${shells.join(', ')}, got "${input}".` }),
  }),
  output,
  run: async ({ shell }) => ({
    document: { schemaVersion: 1, shell, script: completionScript(shell) },
    exit: 'ok',
    next: 'put it where your shell looks for completions (baton completion --help), and begin a new shell',
  }),
  render: ({ script }) => script,
});
