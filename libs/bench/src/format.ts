import type { ContenderResult, RowResult, TargetResult } from './results';
import type { Measure } from './row';
import { ratioOf } from './targets';

/** A figure with three digits that count, and commas: `28,100`, `4.71`, `0.053`. */
export const formatFigure = (value: number): string => {
  if (!Number.isFinite(value)) return '-';
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
};

/** The ratio of the first contender, which is Baton, to another one. */
export const ratioToFirst = (
  { contenders }: RowResult,
  contender: ContenderResult,
  measure: string,
): number | undefined => {
  const [first] = contenders;
  if (first === undefined || first === contender) return undefined;
  const medians = new Map(contenders.map(({ name, medians }) => [name, medians]));
  return ratioOf(medians, measure, [first.name, contender.name]);
};

/** Why a contender has no figures. */
export const absenceOf = ({ missing, failures, runs }: ContenderResult): string | undefined => {
  if (runs.length > 0) return undefined;
  if (missing !== undefined) return `missing: ${missing}`;
  return failures.length > 0 ? 'every run failed' : 'did not run';
};

/** `events/s, higher is better`. */
export const unitText = ({ unit, better }: Measure): string => `${unit}, ${better} is better`;

export const verdictWords: Readonly<Record<TargetResult['verdict'], string>> = {
  reached: 'reached',
  'not-reached': 'not reached',
  'not-compared': 'not compared',
};
