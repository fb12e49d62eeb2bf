import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  applyMigration,
  defaultBindTimings,
  type MigrationDeps,
  type MigrationFile,
  type MigrationPlan,
  type MigrationReading,
  makePlan,
  parseMigration,
  parsePlan,
} from '@baton/control';
import { BatonError } from '@baton/core';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Context } from '../context';
import { withControl } from '../control-access';
import { evidenceOptions, evidenceSources } from '../evidence';
import type { Style } from '../output/style';
import { chosenEntry } from './catalog-input';
import { defineCommand } from './command';
import { list, schemaVersion } from './document-parts';
import { type EvidenceInput, evidenceFields, evidenceFlags } from './evidence-input';
import { millisInput } from './inputs';

const stepOutput = z.strictObject({
  id: z.string(),
  kind: z.enum(['announce', 'bind', 'retire-publisher', 'retire-subscriber']),
  group: z.string().optional(),
  status: z.enum(['done', 'ready', 'blocked']),
  why: z.string(),
  blockedBy: list(z.string()),
});
const planOutput = z.strictObject({
  schemaVersion,
  file: z.record(z.string(), z.unknown()),
  madeAt: z.number().int().meta({ description: 'broker time, milliseconds since 1970' }),
  steps: list(stepOutput),
  fingerprint: z.string(),
});
type PlanDocument = z.infer<typeof planOutput>;

const applyOutput = z.strictObject({
  schemaVersion,
  outcome: z.enum(['done', 'pending', 'moved']),
  taken: list(
    z.strictObject({ id: z.string(), outcome: z.enum(['done', 'waits']), because: list(z.string()) }),
  ),
  waitsFor: list(z.strictObject({ id: z.string(), because: list(z.string()) })),
  plan: planOutput,
});

const file = [{ syntax: '<file>', describes: 'the migration, as YAML' }];
const leaseFlag = {
  flags: '--lease-ms <ms>',
  describes: `lease of the members (default ${defaultBindTimings.leaseMs})`,
};
const evidenceOnly = evidenceFlags.filter(
  ({ flags }) => !/without-authorizer|gone|keeps-handler/.test(flags),
);
const fields = {
  file: z.string().min(1),
  leaseMs: millisInput.default(defaultBindTimings.leaseMs),
  ...evidenceFields,
};
interface MigrationInput extends EvidenceInput {
  readonly file: string;
  readonly leaseMs: number;
}

/** `baton migrate plan` */
export const migratePlan = defineCommand({
  path: ['migrate', 'plan'],
  summary: 'Print what applying a migration would do, and why',
  details: ['It changes nothing. With -o json it is what `baton migrate apply --plan` executes.'],
  arguments: file,
  options: [leaseFlag, ...evidenceOnly],
  examples: ['baton migrate plan migrations/books-borrowed-2.yaml -o json > plan.json'],
  input: z.object(fields),
  output: planOutput,
  run: async (input, context) => ({
    document: planDocument(await readPlan(input, context)),
    exit: 'ok',
    next: `baton migrate apply ${input.file}`,
  }),
  render: (document, style) => planText(document, style),
});

/** `baton migrate status` */
export const migrateStatus = defineCommand({
  path: ['migrate', 'status'],
  summary: 'Say how far a migration has come; 2 while anything is left',
  arguments: file,
  options: [leaseFlag, ...evidenceOnly],
  exits: ['pending'],
  examples: ['baton migrate status migrations/books-borrowed-2.yaml'],
  input: z.object(fields),
  output: planOutput,
  run: async (input, context) => {
    const plan = await readPlan(input, context);
    const done = plan.steps.every(({ status }) => status === 'done');
    return {
      document: planDocument(plan),
      exit: done ? 'ok' : 'pending',
      next: done ? `baton log ${plan.file.type}` : `baton migrate apply ${input.file}`,
    };
  },
  render: (document, style) => planText(document, style),
});

/** `baton migrate apply` */
export const migrateApply = defineCommand({
  path: ['migrate', 'apply'],
  summary: 'Advance a migration as far as the evidence permits; 2 while anything is left',
  details: [
    'It remembers nothing but what is in the control log, so it can be run any number of times, by two at once, and die at any point. With --plan only what that plan found ready is done, and nothing if the world has moved since.',
  ],
  arguments: file,
  options: [
    { flags: '--plan <file>', describes: 'the plan to execute, as `baton migrate plan -o json` printed it' },
    leaseFlag,
    ...evidenceOnly,
  ],
  exits: ['pending'],
  examples: ['baton migrate apply migrations/books-borrowed-2.yaml'],
  input: z.object({ ...fields, plan: z.string().optional() }),
  output: applyOutput,
  run: async (input, context) => {
    const kept = input.plan === undefined ? undefined : parsePlan(readYaml(input.plan, context), input.plan);
    const result = await withMigration(input, context, (deps, migration, reading) =>
      applyMigration(deps, migration, {
        ...reading,
        by: context.who,
        ...(kept === undefined ? {} : { plan: kept }),
        progress: ({ id }) => context.progress.step(id),
      }),
    );
    const { kind, taken, waitsFor, plan } = result;
    return {
      document: {
        schemaVersion: 1,
        outcome: kind,
        taken: taken.map((one) => ({ ...one, because: [...one.because] })),
        waitsFor: waitsFor.map((one) => ({ ...one, because: [...one.because] })),
        plan: planDocument(plan),
      },
      exit: kind === 'done' ? 'ok' : kind === 'moved' ? 'failure' : 'pending',
      next:
        kind === 'done'
          ? `baton log ${plan.file.type}`
          : kind === 'moved'
            ? `the world has moved since the plan was made; make another: baton migrate plan ${input.file}`
            : `run it again later: baton migrate apply ${input.file}`,
    };
  },
  render: ({ outcome, taken, waitsFor }, style) =>
    [
      ...taken.map(
        ({ id, outcome: how }) => `${how === 'done' ? style.good('done') : style.warning('waits')}  ${id}`,
      ),
      ...waitsFor.flatMap(({ id, because }) => [
        `${style.warning('waits')} ${id}`,
        ...because.map((text) => `       ${text}`),
      ]),
      `migration: ${outcome === 'done' ? style.good(outcome) : style.warning(outcome)}`,
    ].join('\n'),
});

const readPlan = (input: MigrationInput, context: Context): Promise<MigrationPlan> =>
  withMigration(input, context, makePlan);

const withMigration = async <T>(
  input: MigrationInput,
  context: Context,
  use: (deps: MigrationDeps, migration: MigrationFile, reading: MigrationReading) => Promise<T>,
): Promise<T> => {
  const migration = parseMigration(readYaml(input.file, context), input.file);
  const { marginMs, versions, manifest, observeMs } = await evidenceOptions(
    chosenEntry(context, migration.type, [migration.from, migration.to]),
    input,
    context,
  );
  const reading: MigrationReading = {
    versions,
    timings: { ...defaultBindTimings, leaseMs: input.leaseMs, marginMs },
    ...(manifest === undefined ? {} : { manifest }),
    ...(observeMs === undefined ? {} : { observeMs }),
  };
  return withControl(context, (access) => {
    const sources = evidenceSources(access, input, context);
    const { clock, newId } = context;
    return use({ ...sources, presence: access.presence, clock, newId }, migration, reading);
  });
};

const readYaml = (path: string, { cwd }: Context): unknown => {
  try {
    return parse(readFileSync(resolve(cwd, path), 'utf8'));
  } catch (cause) {
    if (!existsSync(resolve(cwd, path))) {
      throw new BatonError('invalid-argument', `Expected a file, got ${path}, which does not exist.`, {
        cause,
      });
    }
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new BatonError('invalid-configuration', `Expected YAML or JSON in ${path}: ${text}`, { cause });
  }
};

const planDocument = ({
  schemaVersion: _,
  file: migration,
  madeAt,
  steps,
  fingerprint,
}: MigrationPlan): PlanDocument => ({
  schemaVersion: 1,
  file: { ...migration },
  madeAt,
  steps: steps.map(({ group, blockedBy, ...step }) => ({
    ...step,
    ...(group === undefined ? {} : { group }),
    blockedBy: [...blockedBy],
  })),
  fingerprint,
});

const planText = ({ steps }: PlanDocument, style: Style): string =>
  style.table(
    ['STEP', '', 'WHY'],
    steps.map(({ id, status, why, blockedBy }) => [
      id,
      statusText(status, style),
      [why, ...blockedBy].join('\n'),
    ]),
  );

const statusText = (status: PlanDocument['steps'][number]['status'], style: Style): string => {
  switch (status) {
    case 'done':
      return style.dim(status);
    case 'ready':
      return style.good(status);
    case 'blocked':
      return style.warning(status);
  }
};
