import type { ActionOf } from '../plan/actions';
import type { Outcome } from '../stage/fault-log';
import type { Stage } from '../stage/stage';

/** Sets the clock of a worker; the next incarnation keeps it, as a machine does. */
export const setClock = (
  { how, worker, offsetMs }: ActionOf<'clock'>,
  { faults, crew, cast, clock }: Stage,
): Promise<Outcome> => {
  const stamping = [...cast.publishers, ...cast.relays];
  const name = (how === 'consumer' ? cast.consumers[worker] : stamping[worker % stamping.length]) ?? '';
  const set = async (ms: number): Promise<void> => {
    crew.amend(name, (role) => ({ ...role, clockOffsetMs: ms }));
    await crew.tell(name, { do: 'set-clock', offsetMs: ms }).catch(() => {});
  };
  return faults.during('clock', name, async () => {
    await set(offsetMs);
    if (how === 'beyond-margin') {
      await new Promise<void>((resolve) => {
        clock.after(beyondMs, resolve);
      });
      await set(0);
    }
    return { note: `${how}: ${offsetMs} ms`, outcome: 'done' as const };
  });
};

/** How long a clock that the brokers refuse goes on. */
const beyondMs = 3_000;
