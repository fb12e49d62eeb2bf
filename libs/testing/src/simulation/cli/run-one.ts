import { readFile } from 'node:fs/promises';
import { BatonError } from '@baton/core';
import { check } from '../check/check';
import type { History } from '../history';
import { type Plan, planOf } from '../plan';
import { run } from '../run';
import type { Shell } from './main';
import type { OneOptions } from './options';
import { countKinds, isClean, summaryLines } from './tally';

/** Runs one seed or one plan, and prints what happened in it if asked. */
export const runOne = async (shell: Shell, { what, trace, output }: OneOptions): Promise<number> => {
  const plan = 'seed' in what ? planOf(what.seed) : await readPlan(what.planFile);
  const { history, setting, digest } = await run(plan);
  const violations = check(history, setting);
  const counts = countKinds(violations);
  if (output === 'json') {
    const document = { schemaVersion: 1, plan, digest, violations, ...(trace ? { history } : {}) };
    shell.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    if (trace) shell.out(lines(history));
    for (const { kind, property, text, steps } of violations)
      shell.out(`${kind} (${property}): ${text} See ${steps.join(', ')}.\n`);
  }
  const say = output === 'json' ? shell.err : shell.out;
  for (const line of summaryLines(1, counts)) say(`${line}\n`);
  return isClean(counts) ? 0 : 1;
};

const lines = (history: History): string => {
  const start = history[0]?.at ?? 0;
  return history
    .map(({ at, step, kind, ...rest }) => {
      const seconds = ((at - start) / 1_000).toFixed(3);
      return `${String(step).padStart(5)} ${seconds.padStart(9)} s  ${kind} ${JSON.stringify(rest)}\n`;
    })
    .join('');
};

const readPlan = async (file: string): Promise<Plan> => {
  try {
    const plan = JSON.parse(await readFile(file, 'utf8')) as Plan;
    if (Array.isArray(plan.steps) && Array.isArray(plan.publishers) && Array.isArray(plan.groups))
      return plan;
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    throw new BatonError('invalid-argument', `Expected a plan in ${file}, but it cannot be read: ${because}`);
  }
  throw new BatonError(
    'invalid-argument',
    `Expected a plan in ${file}, as -o json prints it, got something else.`,
  );
};
