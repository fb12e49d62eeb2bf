import { delay } from '@baton/messaging';
import type { ActionOf } from '../plan/actions';
import type { Stage } from '../stage/stage';

/** Ends the broker without a chance to finish anything, and starts it again. */
export const killBroker = (
  { downMs }: ActionOf<'kill-broker'>,
  { faults, cluster, clock }: Stage,
): Promise<void> =>
  faults.during('broker-kill', 'broker', async () => {
    await cluster.stack.killBroker();
    await delay(clock, downMs);
    await cluster.stack.startBroker();
    return { note: `down for ${downMs} ms and its start`, counted: true };
  });

export const killLeader = async (_: ActionOf<'kill-leader'>, { faults }: Stage): Promise<void> =>
  faults.during('leader-kill', 'broker', async () => ({ note: 'skipped: one broker only', counted: false }));

export const pauseBroker = ({ ms }: ActionOf<'pause-broker'>, { faults, cluster }: Stage): Promise<void> =>
  faults.during('broker-pause', 'broker', async () => {
    const paused = await cluster.pauseBroker(ms);
    return paused
      ? { note: `${ms} ms`, counted: true }
      : { note: 'skipped: the broker is no process of this machine', counted: false };
  });

export const fillDisk = ({ faults }: Stage): Promise<void> =>
  faults.during('disk-full', 'broker', async () => ({ note: 'skipped: not made yet', counted: false }));
