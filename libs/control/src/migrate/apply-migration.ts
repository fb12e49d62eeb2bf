import { bindGroup } from '../bind/bind-group';
import { defaultBindTimings } from '../bind/timings';
import type { Signature } from '../log/entries';
import { announce } from '../retire/announce';
import { type RetireOptions, retirePublisher } from '../retire/retire-publisher';
import { retireSubscriber } from '../retire/retire-subscriber';
import {
  bindRequestOf,
  declaredBy,
  evidenceFor,
  type MigrationDeps,
  type MigrationReading,
  readMigrationFacts,
} from './migration-facts';
import type { MigrationFile } from './migration-file';
import { type MigrationPlan, type MigrationStep, planMigration } from './plan-migration';

export type MigrationOptions = MigrationReading &
  Pick<Signature, 'by'> &
  Pick<RetireOptions, 'waitMs' | 'pollMs'> & {
    /** Takes only the steps that this plan found ready, and none if the world has moved since. */
    readonly plan?: Pick<MigrationPlan, 'fingerprint' | 'steps'>;
    /** How often to propose a binding before giving it up for this run. */
    readonly attempts?: number;
    readonly progress?: (step: MigrationStep) => void;
  };

/** A step that was taken, and how it ended. */
export interface TakenStep {
  readonly id: string;
  readonly outcome: 'done' | 'waits';
  readonly because: readonly string[];
}

export interface MigrationResult {
  /** `moved`: the plan does not fit the world any more, and nothing was done. */
  readonly kind: 'done' | 'pending' | 'moved';
  readonly taken: readonly TakenStep[];
  /** What it waits for, by step. */
  readonly waitsFor: readonly { readonly id: string; readonly because: readonly string[] }[];
  /** As things stand at the end. */
  readonly plan: MigrationPlan;
}

/** Reads the world and plans. */
export const makePlan = async (
  deps: MigrationDeps,
  file: MigrationFile,
  reading: MigrationReading,
): Promise<MigrationPlan> => {
  const { state, facts } = await readMigrationFacts(deps, file, reading);
  return planMigration(file, state, facts);
};

/**
 * Advances a migration as far as the evidence permits. Nothing is remembered between runs but the log, so it can be
 * run any number of times, die at any point, and be run by two at once.
 */
export const applyMigration = async (
  deps: MigrationDeps,
  file: MigrationFile,
  options: MigrationOptions,
): Promise<MigrationResult> => {
  const taken: TakenStep[] = [];
  let plan = await makePlan(deps, file, options);
  if (options.plan !== undefined && options.plan.fingerprint !== plan.fingerprint) {
    return { kind: 'moved', taken, waitsFor: waits(plan, taken), plan };
  }
  for (;;) {
    const next = plan.steps.find((step) => isDue(step, taken, options));
    if (next === undefined) break;
    options.progress?.(next);
    taken.push({ id: next.id, ...(await take(deps, file, { step: next, options })) });
    plan = await makePlan(deps, file, options);
  }
  const done = plan.steps.every(({ status }) => status === 'done');
  return { kind: done ? 'done' : 'pending', taken, waitsFor: waits(plan, taken), plan };
};

/** Each step is taken once in a run: what did not come to its end waits for the next one. */
const isDue = (
  { id, status }: MigrationStep,
  taken: readonly TakenStep[],
  { plan }: MigrationOptions,
): boolean =>
  status === 'ready' &&
  taken.every((one) => one.id !== id) &&
  (plan === undefined || plan.steps.some((one) => one.id === id && one.status === 'ready'));

const waits = (plan: MigrationPlan, taken: readonly TakenStep[]): MigrationResult['waitsFor'] =>
  plan.steps
    .filter(({ status }) => status !== 'done')
    .map(({ id, status, blockedBy }) => {
      const tried = taken.find((one) => one.id === id && one.outcome === 'waits');
      const nextRun = status === 'ready' ? ['The next run takes it.'] : [];
      return { id, because: tried?.because ?? [...blockedBy, ...nextRun] };
    });

const take = async (
  deps: MigrationDeps,
  file: MigrationFile,
  { step, options }: { step: MigrationStep; options: MigrationOptions },
): Promise<Omit<TakenStep, 'id'>> => {
  const signature = { by: options.by, reason: file.reason };
  const question = { eventType: file.type, version: file.from };
  const group = file.groups.find((one) => one.group === step.group);
  switch (step.kind) {
    case 'announce': {
      const { type: eventType, from, to, deadline, vetoUntil } = file;
      const request = { eventType, from, to, deadline, ...(vetoUntil === undefined ? {} : { vetoUntil }) };
      return outcomeOf(await announce(deps, request, signature), ['refused', 'planned']);
    }
    case 'bind': {
      if (group === undefined) return notInFile;
      const { versions, timings = defaultBindTimings, attempts, pollMs } = options;
      const bindOptions = {
        ...signature,
        versions,
        timings,
        ...(attempts === undefined ? {} : { attempts }),
        ...(pollMs === undefined ? {} : { pollMs }),
      };
      const bound = await bindGroup(deps, bindRequestOf(file, group), bindOptions);
      return outcomeOf(bound, ['refused', 'withdrawn', 'planned']);
    }
    case 'retire-publisher': {
      const { waitMs, pollMs } = options;
      const retired = await retirePublisher(deps, question, {
        ...signature,
        ...evidenceFor(file, deps, options),
        afterWithdrawal: 'refuse',
        ...(waitMs === undefined ? {} : { waitMs }),
        ...(pollMs === undefined ? {} : { pollMs }),
      });
      return outcomeOf(retired, ['refused', 'waiting', 'planned']);
    }
    case 'retire-subscriber': {
      if (group === undefined) return notInFile;
      const dropped = await retireSubscriber(
        deps,
        { ...question, group: group.group },
        { ...signature, clock: deps.clock, declared: declaredBy(file, group) },
      );
      return outcomeOf(dropped, ['refused', 'planned']);
    }
  }
};

const notInFile = { outcome: 'waits', because: ['The file does not name the group.'] } as const;

const outcomeOf = (
  result: { readonly kind: string; readonly because: readonly { readonly text: string }[] },
  open: readonly string[],
): Omit<TakenStep, 'id'> => ({
  outcome: open.includes(result.kind) ? 'waits' : 'done',
  because: result.because.map(({ text }) => text),
});
