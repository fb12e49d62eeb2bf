import type { VerdictReasonCode } from '../verdict/verdict';

/** Why a step of a deprecation is not taken: a word for programs, and a text that says what to do. */
export interface RefusalReason {
  readonly code:
    | VerdictReasonCode
    | 'announced-otherwise'
    | 'deadline-over'
    | 'deadline-earlier'
    | 'successor-unfit'
    | 'topic-missing'
    | 'version-retiring'
    | 'version-ambiguous'
    | 'veto-too-late'
    | 'veto-over'
    | 'no-veto'
    | 'entry-void';
  readonly text: string;
}
