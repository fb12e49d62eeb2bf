import type { Clock, Logger } from '@baton/messaging';
import { type Signature, sign } from './entries';
import type { ControlFollower } from './follow-log';
import type { Proposal } from './state';

/** How long after its deadline others leave a proposal to the script that made it. */
const graceMs = 1000;
/** Timers hold 24 days at most; a later deadline is looked at again from time to time. */
const longestWaitMs = 3_600_000;

/**
 * Withdraws proposals of a group that nobody decided in time, so that a script that died does not keep its members
 * waiting. The broker's clock judges: a withdrawal that comes too early by it is void, and is tried again in time.
 */
export const withdrawExpired = ({
  follower,
  group,
  by,
  clock,
  logger,
}: {
  follower: ControlFollower;
  group: string;
  by: string;
  clock: Clock;
  logger: Logger;
}): { stop(): void } => {
  const timers = new Map<string, () => void>();
  const openOnes = (): readonly Proposal[] =>
    [...follower.state().groups.values()].flatMap((one) =>
      one.group === group && one.open !== undefined ? [one.open] : [],
    );
  const isOpen = (id: string): boolean => openOnes().some((proposal) => proposal.id === id);
  const watch = (proposal: Proposal, now: number): void => {
    const wait = Math.min(Math.max(proposal.decideBy - now, 0) + graceMs, longestWaitMs);
    timers.set(
      proposal.id,
      clock.after(wait, () => void expire(proposal)),
    );
  };
  const expire = async (proposal: Proposal): Promise<void> => {
    if (!isOpen(proposal.id)) return;
    if (clock.now() <= proposal.decideBy) return watch(proposal, clock.now());
    let now = clock.now();
    try {
      now = (await follower.append(withdrawal(proposal, { by, reason: 'past its deadline' }))).at;
      await follower.catchUp();
    } catch (error) {
      logger.warn(
        { err: error, proposal: proposal.id },
        'cannot withdraw a proposal that is past its deadline',
      );
    }
    if (timers.has(proposal.id) && isOpen(proposal.id)) watch(proposal, now);
  };
  const stopListening = follower.onEntry(({ touched, groups }) => {
    if (touched === undefined || groups.get(touched)?.group !== group) return;
    const open = openOnes();
    for (const [id, cancel] of timers) {
      if (open.some((proposal) => proposal.id === id)) continue;
      cancel();
      timers.delete(id);
    }
    for (const proposal of open) if (!timers.has(proposal.id)) watch(proposal, clock.now());
  });
  return {
    stop: () => {
      stopListening();
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
};

const withdrawal = (proposal: Proposal, signature: Signature) =>
  sign(
    {
      kind: 'binding-withdrawn',
      proposal: proposal.id,
      because: 'nobody decided the proposal by its deadline',
    },
    signature,
  );
