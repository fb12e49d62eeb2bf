import type { Evidence, Verdict } from '@baton/control';
import { z } from 'zod';
import type { Exit } from '../exit-codes';
import type { Style } from '../output/style';
import { instantText, list } from './document-parts';

/** Why something is not done or not safe. */
export const reasonOutput = z.strictObject({ code: z.string(), text: z.string() });

/** A fact, and how old it is. */
export const evidenceOutput = z.strictObject({
  fact: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  at: instantText,
  ageMs: z.number().int(),
});
type EvidenceRow = z.infer<typeof evidenceOutput>;

/** A verdict with everything it rests on. */
export const verdictOutput = z.strictObject({
  verdict: z.enum(['safe', 'not-yet', 'unknown']),
  evidence: list(evidenceOutput),
  because: list(reasonOutput.extend({ outcome: z.enum(['not-yet', 'unknown']) })),
});
export type VerdictDocument = z.infer<typeof verdictOutput>;

/** Writes a verdict with readable instants and ages. */
export const verdictDocument = ({ verdict, evidence, because }: Verdict, now: number): VerdictDocument => ({
  verdict,
  evidence: evidence.map((one) => evidenceRow(one, now)),
  because: because.map(({ code, outcome, text }) => ({ code, outcome, text })),
});

const evidenceRow = ({ fact, value, at }: Evidence, now: number): EvidenceRow => ({
  fact,
  value,
  at: new Date(at).toISOString(),
  ageMs: Math.max(0, Math.round(now - at)),
});

/** How a verdict ends a command. */
export const exitOfVerdict = ({ verdict }: Pick<Verdict, 'verdict'>): Exit => {
  switch (verdict) {
    case 'safe':
      return 'ok';
    case 'not-yet':
      return 'pending';
    case 'unknown':
      return 'unknown';
  }
};

/** A verdict, its reasons and its evidence, for people. */
export const verdictText = ({ verdict, evidence, because }: VerdictDocument, style: Style): string =>
  [
    ...because.map(
      ({ code, text, outcome }) => `  ${outcomeText(outcome, style)} ${style.dim(code)}  ${text}`,
    ),
    ...(because.length > 0 ? [''] : []),
    style.table(
      ['EVIDENCE', 'VALUE', 'AGE'],
      evidence.map(({ fact, value, ageMs }) => [fact, String(value), ageText(ageMs)]),
    ),
    '',
    `verdict: ${outcomeText(verdict, style)}`,
  ].join('\n');

/** Reasons, one a line. */
export const reasonLines = (
  because: readonly { readonly code: string; readonly text: string }[],
  style: Style,
): readonly string[] => because.map(({ code, text }) => `  ${style.bad(code)}  ${text}`);

const outcomeText = (outcome: VerdictDocument['verdict'], style: Style): string => {
  switch (outcome) {
    case 'safe':
      return style.good(outcome);
    case 'not-yet':
      return style.warning(outcome);
    case 'unknown':
      return style.bad(outcome);
  }
};

const ageText = (ms: number): string =>
  ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
