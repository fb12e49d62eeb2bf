import { BatonError } from '@baton/core';
import { z } from 'zod';
import type { Style } from './style';

/** What standard error says of a failure where machines read: the same in every command. */
export const errorDocument = z.strictObject({
  schemaVersion: z.literal(1),
  error: z.strictObject({
    code: z.string().meta({ description: 'a stable word; docs/reference/errors.md explains each' }),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
});
export type ErrorDocument = z.infer<typeof errorDocument>;

/** What a person reads when a command fails: the code and the message; the stack only where it is asked for. */
export const errorText = (error: unknown, { style, debug }: { style: Style; debug: boolean }): string => {
  const lines = [`${style.bad('error')} ${style.dim(`[${codeOf(error)}]`)} ${messageOf(error)}`];
  if (debug) lines.push(style.dim(stackOf(error)));
  else if (!(error instanceof BatonError))
    lines.push('Run the command again with --debug to see where it happened.');
  return `${lines.join('\n')}\n`;
};

/** What a machine reads when a command fails. */
export const errorJson = (error: unknown): ErrorDocument => ({
  schemaVersion: 1,
  error: {
    code: codeOf(error),
    message: messageOf(error),
    details: error instanceof BatonError ? { ...error.details } : {},
  },
});

/** What was complained of a command line; where that is the help, a command is missing. */
export const usageError = (complaint: string): BatonError => {
  const text = complaint.trim();
  return new BatonError(
    'invalid-argument',
    text.startsWith('Usage:')
      ? `Expected a command. ${text.split('\n', 1).join('')}`
      : text.replace(/^error: /, ''),
  );
};

const codeOf = (error: unknown): string => (error instanceof BatonError ? error.code : 'unexpected');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
};
