import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { BatonError } from '@baton/core';

/** The streams of a person, or of a script. */
export interface TerminalStreams {
  readonly input: Readable;
  /** Where a shell shows what comes out. */
  readonly data: Writable;
  /** Where questions are asked. */
  readonly notes: Writable;
  /** Whether a person sits there: both ends are terminals. */
  readonly interactive: boolean;
}

/** Standard input, and what can be asked of a person. */
export interface Terminal extends TerminalStreams {
  /** The lines of standard input, without their ends; they end early when the user interrupts. */
  lines(interrupted: AbortSignal): AsyncIterable<string>;
  /**
   * Asks for an answer on a terminal; throws `invalid-argument` where there is none, naming the flag that says it
   * without being asked.
   */
  ask(question: string, flag: string): Promise<string>;
}

/** Makes the terminal of the streams. */
export const createTerminal = (streams: TerminalStreams): Terminal => ({
  ...streams,
  lines: (signal) => createInterface({ input: streams.input, crlfDelay: Number.POSITIVE_INFINITY, signal }),
  ask: async (question, flag) => {
    if (!streams.interactive) {
      throw new BatonError(
        'invalid-argument',
        `Expected an answer to “${question}”, but nobody can be asked here: it is no terminal. Give ${flag}.`,
      );
    }
    const asking = createInterface({ input: streams.input, output: streams.notes, terminal: true });
    try {
      return (await asking.question(`${question} `)).trim();
    } finally {
      asking.close();
    }
  },
});
