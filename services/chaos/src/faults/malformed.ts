import type { ActionOf } from '../plan/actions';
import type { Stage } from '../stage/stage';

export const malform = (_: ActionOf<'malform'>, { faults }: Stage): Promise<void> =>
  faults.during('malformed-payload', 'topics', async () => ({
    note: 'skipped: not made yet',
    counted: false,
  }));
