import { BatonError, withoutCredentials } from '@baton/core';
import type { z } from 'zod';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One setting that cannot be used as it is. */
export interface ConfigProblem {
  readonly variable: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * Reads settings from environment variables; an empty variable counts as not set. Throws `invalid-configuration`
 * that names every problem at once, and lists them in `details.problems`.
 */
export const loadConfig = <S extends z.ZodType>(schema: S, env: Environment): z.output<S> => {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, set);
  throw new BatonError(
    'invalid-configuration',
    [
      `${problems.length} ${problems.length === 1 ? 'setting is' : 'settings are'} not usable:`,
      ...problems.map(({ variable, expected, got }) => `  ${variable}: expected ${expected}, got ${got}.`),
      'Set the environment variables as docs/reference/configuration.md says, and start again.',
    ].join('\n'),
    { details: { problems } },
  );
};

type Issue = z.core.$ZodIssue;

const problemsOf = (issues: readonly Issue[], env: Environment): readonly ConfigProblem[] => {
  const byVariable = new Map<string, ConfigProblem>();
  for (const issue of issues) {
    const variable = issue.path.length === 0 ? 'the settings together' : issue.path.join('.');
    if (byVariable.has(variable)) continue;
    byVariable.set(variable, { variable, expected: issue.message, got: shown(env[variable]) });
  }
  return [...byVariable.values()];
};

const shown = (value: string | undefined): string =>
  value === undefined ? 'nothing' : `"${withoutCredentials(value)}"`;
