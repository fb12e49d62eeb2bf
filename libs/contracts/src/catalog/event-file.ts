import { isEventTypeName } from '@baton/core';
import { z } from 'zod';

const unitMillis = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const retention = z.string().transform((text, context) => {
  if (text === 'forever') return -1;
  const match = /^([1-9]\d*)([mhd])$/.exec(text);
  const unit = match?.[2] as keyof typeof unitMillis | undefined;
  if (match === null || unit === undefined) {
    context.addIssue({
      code: 'custom',
      message: `expected minutes, hours or days such as 90m, 12h or 30d, or forever; got "${text}"`,
    });
    return z.NEVER;
  }
  return Number(match[1]) * unitMillis[unit];
});

/** What an event.yaml may say. */
export const eventFile = z.strictObject({
  name: z.string().refine(isEventTypeName, {
    error: 'expected an event type such as lending.BooksBorrowed',
  }),
  kind: z.enum(['event', 'command']),
  owner: z.string().min(1),
  description: z.string().min(1),
  keyField: z.string().min(1).optional(),
  partitions: z.int().min(1),
  retention,
  versions: z
    .array(z.int().min(1))
    .min(1)
    .refine((versions) => versions.every((v, index) => index === 0 || v > (versions[index - 1] ?? 0)), {
      error: 'expected the live versions in ascending order, each once',
    }),
  groups: z.array(z.string().min(1)).default([]),
});

export type EventFile = z.infer<typeof eventFile>;
