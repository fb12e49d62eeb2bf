import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

export const malform = (_: ActionOf<'malform'>, { faults }: Stage): Promise<Outcome> =>
  faults.during('malformed-payload', 'topics', async () => ({
    note: 'skipped: not made yet',
    outcome: 'missed' as const,
  }));
