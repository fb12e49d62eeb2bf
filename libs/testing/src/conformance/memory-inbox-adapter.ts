import { delay } from '@baton/messaging';
import { SimulatedProcess } from '../broker/process';
import { MemoryInboxDatabase, type MemoryInboxOptions } from '../database/inbox-database';
import { VirtualClock } from '../virtual-clock';
import type { InboxAdapter, InboxWorld } from './inbox-store';
import { runTime } from './run-time';

/** How long the database is away when it restarts. */
const restartMs = 500;

/** The inboxes in memory, in virtual time that runs by itself as long as a world is open. */
export const memoryInboxAdapter: InboxAdapter = {
  name: 'in memory',
  features: new Set(['several', 'standing-still', 'death', 'lost-messages', 'restart']),
  limitMs: 20_000,
  open: async () => openWorld({}),
};

/** The same where every way takes its time, and the server hears late that a client is gone. */
export const slowMemoryInboxAdapter: InboxAdapter = {
  ...memoryInboxAdapter,
  name: 'in memory, with delays',
  open: async () => {
    let drawn = 0;
    const latencyMs = (): number => {
      drawn = (drawn * 7_919 + 104_729) % 1_000_003;
      return 1 + (drawn % 6);
    };
    return openWorld({ latencyMs, toss: () => false, aheadMs: -7_000 });
  },
};

const openWorld = (options: Partial<MemoryInboxOptions>): InboxWorld => {
  const clock = new VirtualClock();
  const database = new MemoryInboxDatabase({ clock, ...options });
  const stopTime = runTime(clock);
  let made = 0;
  return {
    clock,
    client: async (group) => {
      made += 1;
      const process = new SimulatedProcess(`client-${made}`, clock, { skewMs: 3_000 * made, driftPpm: 0 });
      return {
        store: database.store(process, group),
        kill: async () => process.kill(),
        loseCommit: (what) =>
          database.network.fail({ operation: 'commit', how: `lost-${what}`, process: process.name }),
      };
    },
    effects: async () => database.server.effects,
    restart: async () => {
      database.restart(restartMs);
      await delay(clock, restartMs + 1);
    },
    close: async () => stopTime(),
  };
};
