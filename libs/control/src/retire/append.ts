import { eventTypeState } from '../log/deprecation-state';
import { type Signature, sign } from '../log/entries';
import type { DeprecationEntry } from '../log/fold-deprecation';
import type { ControlFollower } from '../log/follow-log';
import type { Validity } from '../log/state';

/** An entry about a deprecated version, before it is signed. */
export type UnsignedDeprecationEntry = DeprecationEntry extends infer E
  ? E extends DeprecationEntry
    ? Omit<E, 'schemaVersion' | 'by' | 'reason'>
    : never
  : never;

/** Appends, and reads back what the fold made of it. */
export const appendJudged = async (
  follower: ControlFollower,
  entry: UnsignedDeprecationEntry,
  signature: Signature,
): Promise<Validity> => {
  const { by, reason } = signature;
  const { offset } = await follower.append(sign(entry, { by, reason }));
  await follower.catchUp();
  const { history } = eventTypeState(follower.state(), entry.eventType);
  const judged = history.find((one) => one.offset === offset);
  return judged?.verdict ?? { kind: 'void', because: 'the log does not have it' };
};

/** How often a decision is made anew because somebody else decided meanwhile. */
export const attemptsAgainstOthers = 5;
