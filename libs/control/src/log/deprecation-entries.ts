import { z } from 'zod';
import { certificateSchema } from './certificate';
import { counter, eventType, millis, name, signed, versionNumber } from './entry-parts';

/** Which version of what an entry is about. */
const about = { eventType, version: versionNumber };

/** What is logged between the announcement of a deprecation and the day nobody reads the version any more. */
export const deprecationEntries = [
  z.object({
    ...signed,
    kind: z.literal('announced'),
    eventType,
    from: versionNumber,
    to: versionNumber,
    /** The version is not retired before; milliseconds since 1970. */
    deadline: millis,
    /** Until when a veto can be raised; left out: until the version begins to retire. */
    vetoUntil: millis.optional(),
    expectedRevision: counter,
  }),
  z.object({
    ...signed,
    kind: z.literal('deadline-moved'),
    ...about,
    deadline: millis,
    expectedRevision: counter,
  }),
  z.object({ ...signed, kind: z.literal('vetoed'), ...about, group: name, until: millis }),
  z.object({ ...signed, kind: z.literal('veto-withdrawn'), ...about, group: name }),
  z.object({ ...signed, kind: z.literal('deprecated-allowed'), ...about, group: name }),
  z.object({
    ...signed,
    kind: z.literal('retiring'),
    ...about,
    /** The instances that must say that they write the version no more. */
    publishers: z.array(name).readonly(),
    certificate: certificateSchema,
    expectedRevision: counter,
  }),
  z.object({
    ...signed,
    kind: z.literal('retiring-acknowledged'),
    ...about,
    publisher: name,
    /** Which attempt to retire the version this answers: an answer to one that was withdrawn does not count. */
    attempt: counter,
  }),
  z.object({ ...signed, kind: z.literal('retiring-withdrawn'), ...about, expectedRevision: counter }),
  z.object({ ...signed, kind: z.literal('writes-refused'), ...about, how: z.enum(['acl', 'override']) }),
  z.object({
    ...signed,
    kind: z.literal('final'),
    ...about,
    /** The end of every partition, from partition 0 on. */
    ends: z.array(counter).min(1).readonly(),
    certificate: certificateSchema,
  }),
  z.object({
    ...signed,
    kind: z.literal('dropped'),
    ...about,
    group: name,
    certificate: certificateSchema,
    early: z.boolean(),
  }),
] as const;
