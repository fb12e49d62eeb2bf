import { BatonError } from '@baton/core';

/** Whether later events of a parked key are parked behind it, or go on without it. */
export type LaterEvents = 'follow' | 'go-on';

/** What becomes of an event whose handler has failed. */
export type Directive =
  /** Try again after a pause; its key waits. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** Park the event and go on. */
  | { readonly kind: 'resume'; readonly laterEvents?: LaterEvents }
  /** Make the handler anew, and try again. */
  | { readonly kind: 'restart' }
  /** Handle nothing more of this event type. */
  | { readonly kind: 'stop' }
  /** Leave it to whoever is above. */
  | { readonly kind: 'escalate' };

/** An error that says what is to become of its event; middleware throws it. */
export const withDirective = (error: unknown, directive: Directive): BatonError =>
  new BatonError('handler-failed', messageOf(error), { cause: error, details: { directive } });

/** What an error thrown by middleware asks for. */
export const directiveOf = (error: unknown): Directive | undefined =>
  isDirected(error) ? (error.details.directive as Directive) : undefined;

/** The error of the handler itself. */
export const ownError = (error: unknown): unknown => (isDirected(error) ? error.cause : error);

const isDirected = (error: unknown): error is BatonError =>
  error instanceof BatonError && error.code === 'handler-failed' && 'directive' in error.details;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
