import { BatonError } from '@baton/core';
import type { Style } from './style';

/** What a person reads when a command fails: the code and the message; the stack only where it is asked for. */
export const errorText = (error: unknown, { style, debug }: { style: Style; debug: boolean }): string => {
  const lines = [`${style.bad('error')} ${style.dim(`[${codeOf(error)}]`)} ${messageOf(error)}`];
  if (debug) lines.push(style.dim(stackOf(error)));
  else if (!(error instanceof BatonError))
    lines.push('Run the command again with --debug to see where it happened.');
  return `${lines.join('\n')}\n`;
};

const codeOf = (error: unknown): string => (error instanceof BatonError ? error.code : 'unexpected');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
};
