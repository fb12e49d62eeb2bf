import { delay } from '@baton/messaging';
import { outboxSource } from './outbox-program';
import type { ScriptProgramDeps } from './script-program';
import type { World } from './world';

const waitMs = 2_000;

/** What scripts are told of the outbox: how much is stamped with a version and does not get through. */
export const outboxEvidence = ({ plan, database, clock }: World): ScriptProgramDeps['outbox'] => {
  if (plan.outbox === undefined) return 'none-configured';
  return async ({ version }) => {
    const unsent = () => database.outbox.unsentOf(outboxSource);
    const there = unsent().filter(({ stamp }) => stamp?.published.includes(version));
    const left = (): number => unsent().filter((row) => there.includes(row)).length;
    const end = clock.now() + waitMs;
    while (left() > 0 && clock.now() < end) await delay(clock, 50);
    return left();
  };
};
