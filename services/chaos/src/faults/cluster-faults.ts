import { topicOf, version } from '@baton/core';
import { delay } from '@baton/messaging';
import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

/** Ends the broker without a chance to finish anything, and starts it again. */
export const killBroker = (
  { downMs }: ActionOf<'kill-broker'>,
  { faults, cluster, clock }: Stage,
): Promise<Outcome> =>
  faults.during('broker-kill', 'broker', async () => {
    await cluster.stack.killBroker();
    await delay(clock, downMs);
    await cluster.stack.startBroker();
    return { note: `down for ${downMs} ms and its start`, outcome: 'done' as const };
  });

const inSyncLimitMs = 90_000;

/** Ends the broker that leads a partition; the next kill waits until all copies are in sync again. */
export const killLeader = (
  { eventType, downMs }: ActionOf<'kill-leader'>,
  { faults, cluster: { stack }, cast, clock }: Stage,
): Promise<Outcome> => {
  const topic = topicOf(cast.eventTypes[eventType] ?? '', version(1));
  return faults.during('leader-kill', topic, async () => {
    const leader = await stack.leaderOf(topic, 0);
    await stack.killBroker(leader);
    await delay(clock, downMs);
    await stack.startBroker(leader);
    const deadline = clock.now() + inSyncLimitMs;
    while (!(await stack.inSync().catch(() => false)) && clock.now() < deadline) await delay(clock, 500);
    return { note: `broker ${leader} down for ${downMs} ms and its start`, outcome: 'done' as const };
  });
};

/** Lets the broker do nothing for a while, with its connections open. */
export const pauseBroker = (
  { ms }: ActionOf<'pause-broker'>,
  { faults, cluster: { stack }, clock }: Stage,
): Promise<Outcome> =>
  faults.during('broker-pause', 'broker', async () => {
    await stack.pauseBroker();
    try {
      await delay(clock, ms);
    } finally {
      await stack.resumeBroker();
    }
    return { note: `${ms} ms`, outcome: 'done' as const };
  });

/** How long the disk stays full: long enough for a write of every publisher. */
const fullForMs = 8_000;

/** Fills the broker's disk: it ends itself, and is started again once there is room. */
export const fillDisk = ({ faults, cluster: { stack, disk }, clock }: Stage): Promise<Outcome> =>
  faults.during('disk-full', 'broker', async () => {
    if (!disk.usable) return { note: disk.because, outcome: 'skipped' as const };
    await stack.fillDisk();
    await delay(clock, fullForMs);
    await stack.killBroker();
    await stack.freeDisk();
    await stack.startBroker();
    return { note: 'full, then freed and started again', outcome: 'done' as const };
  });
