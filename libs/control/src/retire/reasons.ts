import type { Version } from '@baton/core';
import { lastWithdrawal } from '../log/deprecation-state';
import type { ControlState } from '../log/state';
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
    | 'retirement-withdrawn'
    | 'version-ambiguous'
    | 'veto-too-late'
    | 'veto-over'
    | 'no-veto'
    | 'entry-void';
  readonly text: string;
}

/** Who gave the retirement of a version up, and what to do. */
export const withdrawalText = (state: ControlState, eventType: string, version: Version): string => {
  const withdrawal = lastWithdrawal(state, eventType, version);
  const who = withdrawal === undefined ? 'somebody' : `${withdrawal.by}: ${withdrawal.reason}`;
  return `The retirement of v${version} was withdrawn (${who}). Begin it anew by hand when what was wrong is mended: \`baton retire --publisher\`.`;
};
