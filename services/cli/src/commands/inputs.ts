import { type Instant, isBatonError, isEventTypeName, parseInstant, version } from '@baton/core';
import { z } from 'zod';

/** An event type's name. */
export const eventTypeInput = z.string().refine(isEventTypeName, {
  error: ({ input }) => `Expected an event type such as lending.BooksBorrowed, got "${input}".`,
});

/** A version as `2` or `v2`. */
export const versionInput = z
  .string()
  .regex(/^v?[1-9]\d{0,8}$/, { error: ({ input }) => `Expected a version such as 2, got "${input}".` })
  .transform((text) => version(Number(text.replace('v', ''))));

/** Some versions, such as `1,2`; ascending, each once. */
export const versionsInput = z
  .string()
  .regex(/^v?[1-9]\d{0,8}(,v?[1-9]\d{0,8})*$/, {
    error: ({ input }) => `Expected versions such as 1,2, got "${input}".`,
  })
  .transform((text) =>
    [...new Set(text.split(',').map((part) => Number(part.replace('v', ''))))]
      .sort((a, b) => a - b)
      .map(version),
  );

/** A consumer group, under the same rule as the setting GROUP of services. */
export const groupInput = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, {
  error: ({ input }) =>
    `Expected a group such as reminders (letters, digits, dot, dash, underscore; at most 100), got "${input}".`,
});

/** An instant with a time zone. */
export const instantInput = z.string().transform((text, context) => {
  try {
    const instant = parseInstant(text);
    if (instant >= 0) return instant;
    context.addIssue({ code: 'custom', message: `Expected an instant after 1970, got ${text}.` });
    return z.NEVER;
  } catch (error) {
    context.addIssue({ code: 'custom', message: isBatonError(error) ? error.message : String(error) });
    return z.NEVER;
  }
});

/** Where reading begins. */
export const placeInput = z.string().transform((text, context): 'beginning' | 'end' | Instant => {
  if (text === 'beginning' || text === 'end') return text;
  try {
    return parseInstant(text);
  } catch {
    const message = `Expected beginning, end, or an instant such as 2026-12-01T00:00:00Z, got "${text}".`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
});

/** A duration in whole milliseconds. */
export const millisInput = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, { error: ({ input }) => `Expected milliseconds, got "${input}".` })
  .transform(Number);

/** A whole number from 1. */
export const countInput = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, { error: ({ input }) => `Expected a number from 1, got "${input}".` })
  .transform(Number);
