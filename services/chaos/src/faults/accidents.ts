import type { ActionOf } from '../plan/actions';
import type { Stage } from '../stage/stage';

export const accident = (_: ActionOf<'accident'>, { faults }: Stage): Promise<void> =>
  faults.during('topic-accident', 'topics', async () => ({ note: 'skipped: not made yet', counted: false }));
