import { dataFromJson } from '@baton/contracts';
import { BatonError, type EventType, isBatonError } from '@baton/core';
import type { EventToPublish } from '@baton/messaging';
import { z } from 'zod';

/** An event as a line of JSON; without a key it is the key field of the data. */
const eventLine = z.strictObject({
  key: z.string().optional(),
  data: z.record(z.string(), z.unknown()),
  traceparent: z.string().optional(),
});

/** A line that was read and fits the schema. */
export interface ReadEvent {
  readonly line: number;
  readonly event: EventToPublish<unknown>;
}

/** What is wrong with a line. */
export const lineProblem = z.strictObject({
  line: z.number().int().min(1),
  code: z.string(),
  message: z.string(),
});
export type LineProblem = z.infer<typeof lineProblem>;

/** Reads a line as an event whose data is of the newest version of `eventType`; throws what is wrong. */
export const readEvent = (text: string, eventType: EventType): EventToPublish<unknown> => {
  const { key, data, traceparent } = parsed(text);
  return {
    key: key ?? keyIn(data, eventType),
    data: dataFromJson(eventType.versions[eventType.newest]?.schema, data),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};

/** What is wrong with a line, as data. */
export const problemOf = (line: number, error: unknown): LineProblem => ({
  line,
  code: isBatonError(error) ? error.code : 'unexpected',
  message: error instanceof Error ? error.message : String(error),
});

const parsed = (text: string): z.infer<typeof eventLine> => {
  const read = eventLine.safeParse(json(text));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`);
  throw new BatonError(
    'invalid-data',
    `Expected a line such as {"key": "…", "data": {…}}. ${problems.join('; ')}.`,
  );
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BatonError('invalid-data', `Expected one line of JSON, got: ${reason}.`, { cause });
  }
};

const keyIn = (data: Readonly<Record<string, unknown>>, { name, keyField }: EventType): string => {
  const value = keyField === undefined ? undefined : data[keyField];
  if (typeof value === 'string') return value;
  throw new BatonError(
    'invalid-key',
    keyField === undefined
      ? `Expected a key: ${name} has no key field to take it from.`
      : `Expected a key, or one in the data's ${keyField}.`,
  );
};
