import { type Presence, type PresenceStore, presenceKey } from '@baton/control';
import type { Clock } from '@baton/messaging';

const renewalMs = 30_000;

/** Says that a process lives, again and again, until it says goodbye; rejects if it cannot say it for the first time. */
export const announce = async (
  store: PresenceStore,
  clock: Clock,
  presence: () => Presence,
): Promise<{ refresh(): void; goodbye(): Promise<void> }> => {
  const key = presenceKey(presence());
  let state: 'there' | 'gone' = 'there';
  let cancel = (): void => {};
  await store.put(key, presence());
  const refresh = (): void => {
    cancel();
    if (state === 'gone') return;
    cancel = clock.after(renewalMs, refresh);
    store.put(key, presence()).catch(() => {});
  };
  cancel = clock.after(renewalMs, refresh);
  return {
    refresh,
    goodbye: async () => {
      state = 'gone';
      cancel();
      await store.remove(key).catch(() => {});
      await store.close();
    },
  };
};
