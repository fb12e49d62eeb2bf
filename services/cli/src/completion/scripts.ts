/** The shells that can complete the command line. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The word by which the scripts ask the program for candidates: what follows is the line up to the cursor. */
export const completeWord = '__complete';

const scripts: Readonly<Record<Shell, readonly string[]>> = {
  bash: [
    '_baton() {',
    "  local IFS=$'\\n'",
    `  COMPREPLY=($(compgen -W "$(baton ${completeWord} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    '}',
    'complete -o default -F _baton baton',
  ],
  zsh: [
    '#compdef baton',
    '_baton() {',
    '  local -a found',
    `  found=("\${(@f)$(baton ${completeWord} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")`,
    '  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi',
    '}',
    'compdef _baton baton',
  ],
  fish: [
    'function __baton_complete',
    '  set -l line (commandline -opc) (commandline -ct)',
    `  baton ${completeWord} $line[2..] 2>/dev/null`,
    'end',
    "complete -c baton -a '(__baton_complete)'",
  ],
};

/** The script that a shell reads to complete `baton`. */
export const completionScript = (shell: Shell): string => `${scripts[shell].join('\n')}\n`;
