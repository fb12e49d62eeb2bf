import { SimulatedProcess } from '../broker/process';
import { type ClientTransaction, MemoryDatabase } from '../database/memory-database';
import { VirtualClock } from '../virtual-clock';
import type { PortAdapter } from './promises';
import {
  type EventToInsert,
  eventBytes,
  eventData,
  leaveOpen,
  type OutboxFeature,
  type OutboxSite,
} from './relay-database';
import { runTime } from './run-time';

const source = 'lending';
const eventType = 'lending.BooksBorrowed';

/** The database in memory, in virtual time. */
export const memoryOutboxAdapter: PortAdapter<OutboxSite, OutboxFeature> = {
  name: 'in memory',
  features: new Set(['several-connections', 'standstill']),
  limitMs: 20_000,
  open: async () => {
    const clock = new VirtualClock();
    const database = new MemoryDatabase({ clock });
    const client = database.connect(new SimulatedProcess('relay', clock));
    const application = database.connect(new SimulatedProcess('application', clock));
    const stopTime = runTime(clock);
    return {
      source,
      eventType,
      clock,
      database: client.relays,
      insert: (...events) => application.transaction(insert(events)),
      begin: (...events) => leaveOpen<ClientTransaction>(application.transaction, insert(events)),
      close: async () => stopTime(),
    };
  },
};

const insert =
  (events: readonly EventToInsert[]) =>
  async (tx: ClientTransaction): Promise<void> => {
    for (const event of events) await tx.insert(rowOf(event));
  };

const rowOf = ({ id, key = 'k', version = 2, range = 0 }: EventToInsert) => ({
  id,
  source,
  eventType,
  version,
  key,
  range,
  data: eventData,
  bytes: eventBytes,
});
