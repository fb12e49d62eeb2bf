import { type Deprecation, deprecationOf, eventTypeState } from '../log/deprecation-state';
import type { Signature } from '../log/entries';
import type { ControlFollower } from '../log/follow-log';
import type { VersionQuestion } from '../verdict/facts';
import { appendJudged } from './append';
import type { RefusalReason } from './reasons';

export interface WithdrawResult {
  readonly kind: 'withdrawn' | 'refused';
  readonly because: readonly RefusalReason[];
  readonly deprecation: Deprecation | undefined;
}

/** Gives an attempt to retire a version up, while a listed publisher is silent: publishers write it again. */
export const withdrawRetiring = async (
  { follower }: { readonly follower: ControlFollower },
  { eventType, version }: VersionQuestion,
  signature: Signature,
): Promise<WithdrawResult> => {
  await follower.catchUp();
  const { revision } = eventTypeState(follower.state(), eventType);
  const judged = await appendJudged(
    follower,
    { kind: 'retiring-withdrawn', eventType, version, expectedRevision: revision },
    signature,
  );
  return {
    kind: judged.kind === 'valid' ? 'withdrawn' : 'refused',
    because: judged.kind === 'valid' ? [] : [{ code: 'entry-void', text: judged.because }],
    deprecation: deprecationOf(follower.state(), eventType, version),
  };
};
