import { BatonError } from '@baton/core';
import { z } from 'zod';
import { migrationFileSchema } from './migration-file';
import type { MigrationPlan } from './plan-migration';

const planSchema = z.object({
  schemaVersion: z.literal(1),
  file: migrationFileSchema,
  madeAt: z.int(),
  steps: z
    .array(
      z.object({
        id: z.string(),
        kind: z.enum(['announce', 'bind', 'retire-publisher', 'retire-subscriber']),
        group: z.string().optional(),
        status: z.enum(['done', 'ready', 'blocked']),
        why: z.string(),
        blockedBy: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Reads a plan that was kept as JSON or YAML; throws `invalid-configuration`. `origin` names it in the message. */
export const parsePlan = (value: unknown, origin: string): MigrationPlan => {
  const parsed = planSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'plan'}: ${issue.message}`,
    );
    throw new BatonError(
      'invalid-configuration',
      `${origin} is no plan: ${problems.join('; ')}. Make one with \`baton migrate plan\`.`,
    );
  }
  const { steps, ...rest } = parsed.data;
  return { ...rest, steps: steps.map((step) => ({ ...step, group: step.group })) };
};
