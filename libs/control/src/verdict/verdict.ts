import type { Evidence } from '../log/certificate';
import type { Fact } from './facts';

export type VerdictReasonCode =
  | 'not-seen'
  | 'not-announced'
  | 'already-retired'
  | 'deadline-ahead'
  | 'veto'
  | 'veto-by-evidence'
  | 'group-not-bound'
  | 'group-not-drained'
  | 'group-not-registered'
  | 'group-never-seen'
  | 'group-dropped'
  | 'group-unreadable'
  | 'member-without-library'
  | 'offset-missing'
  | 'publisher-of-this-version-only'
  | 'publisher-stale'
  | 'publishers-unknown'
  | 'presence-unreadable'
  | 'source-of-this-version-only'
  | 'outbox-not-empty'
  | 'dead-letters-left'
  | 'no-authorizer'
  | 'writes-not-refused'
  | 'not-acknowledged'
  | 'not-final'
  | 'ends-moving'
  | 'traffic-unknown'
  | 'behind-the-end'
  | 'binding-refused'
  | 'binding-under-way'
  | 'handlers-unknown'
  | 'version-not-published';

/** Why a verdict is not `safe`: a word for programs, and a text that says what to do. */
export interface VerdictReason {
  readonly code: VerdictReasonCode;
  readonly outcome: 'not-yet' | 'unknown';
  readonly text: string;
}

/** An answer that can be acted on: `safe` only if every fact that is needed was seen, and is good. */
export interface Verdict {
  readonly verdict: 'safe' | 'not-yet' | 'unknown';
  readonly evidence: readonly Evidence[];
  readonly because: readonly VerdictReason[];
}

/** One thing that was looked at: what was seen, and what is wrong with it. */
export interface Check {
  readonly evidence?: Evidence;
  readonly reason?: VerdictReason;
}

/** Sums checks up. What is seen to be wrong outweighs what is not known. */
export const verdictOf = (checks: readonly Check[]): Verdict => {
  const because = checks.flatMap(({ reason }) => (reason === undefined ? [] : [reason]));
  return {
    verdict:
      because.length === 0
        ? 'safe'
        : because.some(({ outcome }) => outcome === 'not-yet')
          ? 'not-yet'
          : 'unknown',
    evidence: checks.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence])),
    because,
  };
};

/** Looks at a fact, or says that it is missing. */
export const checkSeen = <T>(
  name: string,
  fact: Fact<T>,
  look: (value: T, at: number) => readonly Check[],
): readonly Check[] =>
  fact.kind === 'seen'
    ? look(fact.value, fact.at)
    : [{ reason: unknown('not-seen', `Expected to know ${name}, but ${fact.because}.`) }];

export const notYet = (code: VerdictReasonCode, text: string): VerdictReason => ({
  code,
  outcome: 'not-yet',
  text,
});

export const unknown = (code: VerdictReasonCode, text: string): VerdictReason => ({
  code,
  outcome: 'unknown',
  text,
});

/** A check of one value, with what is wrong with it, if anything is. */
export const check = (evidence: Evidence, reason: VerdictReason | undefined): Check => ({
  evidence,
  ...(reason === undefined ? {} : { reason }),
});

export const date = (millis: number): string => new Date(millis).toISOString();
