import { BatonError } from '@baton/core';

/** Whether a command line asks for JSON, also where the rest of it is wrong. */
export const wantsJson = (args: readonly string[]): boolean =>
  args.some(
    (arg, index) =>
      ['-ojson', '-o=json', '--output=json'].includes(arg) ||
      (arg === 'json' && ['-o', '--output'].includes(args[index - 1] ?? '')),
  );

/** What a machine reads on standard error when a command fails: one JSON document. */
export const errorDocument = (error: unknown): string => {
  const isKnown = error instanceof BatonError;
  const code = isKnown ? error.code : 'unexpected';
  const message = error instanceof Error ? error.message : String(error);
  const details = isKnown ? error.details : {};
  return `${JSON.stringify({ schemaVersion: 1, error: { code, message, details } })}\n`;
};
