import {
  BatonError,
  type Instant,
  instantFromMillis,
  isEventTypeName,
  parseInstant,
  version,
} from '@baton/core';
import { z } from 'zod';

/** The form of migration files. */
export const migrationSchemaVersion = 1;

const versionNumber = z
  .int()
  .min(1)
  .transform((value) => version(value));

/** As a text in a file, as milliseconds in a plan that was kept. */
const instant = z.union([
  z.string().transform((value, context): Instant => {
    try {
      return parseInstant(value);
    } catch {
      const message = `expected an instant such as 2026-12-01T00:00:00Z, got "${value}"`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  }),
  z.int().min(0).max(8.64e15).transform(instantFromMillis),
]);

const name = z.string().min(1).max(500);

const group = z.strictObject({
  group: name,
  /** From which instant the successor counts: a named one, the earliest valid one, or that while the group is stopped. */
  bind: z.union([z.literal('now'), z.literal('stopped'), instant]).default('now'),
  /** Whether the group stops reading the version once the evidence says so. */
  retire: z.boolean().default(true),
  /** The group keeps a handler or an upcast for what lies in its retry and dead-letter topics. */
  keepsHandler: z.boolean().default(false),
});

/** A whole migration, declared in a file under version control. */
export const migrationFileSchema = z
  .strictObject({
    schemaVersion: z.literal(migrationSchemaVersion),
    type: z.string().refine(isEventTypeName, 'expected an event type such as lending.BooksBorrowed'),
    from: versionNumber,
    to: versionNumber,
    deadline: instant,
    vetoUntil: instant.optional(),
    reason: z.string().min(1).max(4000),
    groups: z
      .array(group)
      .refine((all) => new Set(all.map((one) => one.group)).size === all.length, 'expected each group once')
      .default([]),
    publisher: z.strictObject({ retire: z.boolean().default(true) }).default({ retire: true }),
    /** What the owners take upon themselves, for want of evidence. */
    declared: z
      .strictObject({
        /** Instances and sources that are gone for good. */
        gone: z.array(name).default([]),
        /** Goes on although the brokers cannot refuse writes. */
        withoutAuthorizer: z.boolean().default(false),
      })
      .default({ gone: [], withoutAuthorizer: false }),
  })
  .refine(({ from, to }) => from !== to, 'expected from and to to differ')
  .refine(
    ({ vetoUntil, deadline }) => vetoUntil === undefined || vetoUntil <= deadline,
    'expected vetoUntil by the deadline',
  );

export type MigrationFile = z.output<typeof migrationFileSchema>;
export type MigrationGroup = MigrationFile['groups'][number];

/** Reads a migration; throws `invalid-configuration` with every problem. `origin` names the file in the message. */
export const parseMigration = (value: unknown, origin: string): MigrationFile => {
  const parsed = migrationFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'migration'}: ${issue.message}`,
  );
  throw new BatonError('invalid-configuration', `${origin} is no migration: ${problems.join('; ')}.`, {
    details: { problems },
  });
};
