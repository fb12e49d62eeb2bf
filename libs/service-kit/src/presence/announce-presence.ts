import { type Presence, type PresenceStore, presenceKey } from '@baton/control';
import type { Logger } from '@baton/messaging';
import type { Lifecycle } from '../lifecycle/lifecycle';

export interface AnnouncePresenceDeps {
  readonly store: PresenceStore;
  readonly presence: Presence;
  readonly logger: Logger;
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
}

/**
 * Says that this instance lives, and what it publishes or reads. Has to resolve before the control log is read: who
 * decides there sees every instance that could miss the decision. The instance says goodbye when the service stops.
 */
export const announcePresence = async ({
  store,
  presence,
  logger,
  lifecycle,
}: AnnouncePresenceDeps): Promise<void> => {
  const key = presenceKey(presence);
  lifecycle.onStop('presence', store.close);
  await store.put(key, presence);
  lifecycle.onStop('presence entry', async () => {
    try {
      await store.remove(key);
    } catch (error) {
      logger.warn({ error, presence: key }, 'presence not removed; it is overwritten at the next start');
    }
  });
};
