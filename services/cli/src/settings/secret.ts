import { inspect } from 'node:util';

/** A password that shows itself to nobody who does not ask for it by name. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const hidden = '(hidden)';

/** Wraps a password. */
export const secret = (text: string): Secret => {
  const wrapped = { reveal: () => text, toString: () => hidden, toJSON: () => hidden };
  Object.defineProperty(wrapped, inspect.custom, { value: () => hidden });
  return wrapped;
};
