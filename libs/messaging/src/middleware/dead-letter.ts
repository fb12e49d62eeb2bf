import type { Middleware } from '../consumer/types';
import { directiveOf, type LaterEvents, withDirective } from '../supervision/directive';

export interface DeadLetterOptions {
  /** Whether later events of the key are parked behind it, or go on without it; as the consumer has it, if left out. */
  readonly laterEvents?: LaterEvents;
  /** Which errors park an event; all of them if left out. */
  readonly when?: (error: unknown) => boolean;
}

/** Has an event parked in the dead-letter topic of its group when everything inside of this has failed. */
export const deadLetter =
  ({ laterEvents, when = () => true }: DeadLetterOptions = {}): Middleware =>
  (next) =>
  async (event, context) => {
    try {
      await next(event, context);
    } catch (error) {
      if (directiveOf(error) !== undefined || !when(error)) throw error;
      throw withDirective(error, {
        kind: 'resume',
        ...(laterEvents === undefined ? {} : { laterEvents }),
      });
    }
  };
