import { readDropFacts } from '../evidence/drop-facts';
import type { EvidenceOptions, EvidenceSources } from '../evidence/stop-facts';
import { certify } from '../log/certificate';
import { type Dropped, deprecationOf } from '../log/deprecation-state';
import type { Signature } from '../log/entries';
import { canDrop } from '../verdict/can-drop';
import type { VersionQuestion } from '../verdict/facts';
import type { Verdict } from '../verdict/verdict';
import { appendJudged, attemptsAgainstOthers } from './append';
import type { RefusalReason } from './reasons';

export type DropOptions = Signature &
  Pick<EvidenceOptions, 'clock' | 'declared'> & {
    /** Drops without a `safe`, and says what could be lost. */
    readonly early?: boolean;
    readonly dryRun?: boolean;
  };

export interface DropResult extends VersionQuestion {
  readonly kind: 'dropped' | 'already-dropped' | 'refused' | 'planned';
  readonly group: string;
  readonly verdict: Verdict | undefined;
  readonly because: readonly RefusalReason[];
  /** What an early drop could lose: everything that keeps the verdict from being `safe`. */
  readonly risks: readonly RefusalReason[];
  readonly dropped: Dropped | undefined;
}

/** Records that a group stops reading a version, on evidence or early on somebody's word. Safe to call again. */
export const retireSubscriber = async (
  sources: EvidenceSources,
  question: VersionQuestion & { readonly group: string },
  options: DropOptions,
): Promise<DropResult> => {
  const { follower } = sources;
  const { eventType, version, group } = question;
  const result = (
    kind: DropResult['kind'],
    rest: Partial<Pick<DropResult, 'verdict' | 'because' | 'risks'>> = {},
  ): DropResult => ({
    ...question,
    kind,
    verdict: undefined,
    because: [],
    risks: [],
    ...rest,
    dropped: deprecationOf(follower.state(), eventType, version)?.dropped.get(group),
  });
  for (let attempt = 1; ; attempt += 1) {
    const facts = await readDropFacts(sources, question, options);
    if (deprecationOf(follower.state(), eventType, version)?.dropped.has(group) === true) {
      return result('already-dropped');
    }
    const verdict = canDrop(facts);
    const early = verdict.verdict !== 'safe';
    if (early && options.early !== true) return result('refused', { verdict, because: verdict.because });
    const risks = verdict.because;
    if (options.dryRun === true) return result('planned', { verdict, risks });
    const certificate = certify({
      about: { question: 'drop', eventType, version, group },
      verdict: verdict.verdict,
      evidence: verdict.evidence,
      by: options.by,
      at: facts.brokerTime,
    });
    const judged = await appendJudged(
      follower,
      { kind: 'dropped', eventType, version, group, certificate, early },
      options,
    );
    if (judged.kind === 'valid') return result('dropped', { verdict, risks });
    if (attempt === attemptsAgainstOthers) {
      return result('refused', { verdict, because: [{ code: 'entry-void', text: judged.because }] });
    }
  }
};
