import { BatonError } from '@baton/core';
import { absent, type Fact, seen } from '../verdict/facts';

/** Asks for a fact. What cannot be read is missing, with the reason: it never counts as nothing there. */
export const ask = async <T>(now: () => number, read: () => Promise<T>): Promise<Fact<T>> => {
  const at = Math.floor(now());
  try {
    return seen(await read(), at);
  } catch (error) {
    return absent(error instanceof BatonError ? error.message : String(error));
  }
};
