import { isEventTypeName, type Version, version } from '@baton/core';
import { z } from 'zod';

/** The version of the entries' form. A reader that does not know an entry's form counts it and goes on. */
export const entrySchemaVersion = 1;

export const name = z.string().min(1).max(500);
export const eventType = z
  .string()
  .refine(isEventTypeName, 'expected an event type such as lending.BooksBorrowed');
export const versionNumber = z
  .number()
  .int()
  .min(1)
  .transform((value): Version => version(value));
export const versions = z.array(versionNumber).min(1).readonly();
/** An instant that a date can hold. */
export const millis = z.number().int().min(0).max(8.64e15);
export const counter = z.number().int().min(0);
export const text = z.string().max(4000);

/** What every entry says: its form, who wrote it and why. When is the log-append time. */
export const signed = { schemaVersion: z.literal(entrySchemaVersion), by: name, reason: text };
