import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

export const accident = (_: ActionOf<'accident'>, { faults }: Stage): Promise<Outcome> =>
  faults.during('topic-accident', 'topics', async () => ({
    note: 'not made yet',
    outcome: 'skipped' as const,
  }));
