import { type Presence, type PresenceStore, presenceKey } from '@baton/control';
import { type Clock, type Logger, systemClock } from '@baton/messaging';
import type { Lifecycle } from '../lifecycle/lifecycle';

export interface AnnouncePresenceDeps {
  readonly store: PresenceStore;
  /** What the instance says of itself; asked each time it is said. */
  readonly presence: () => Presence;
  readonly logger: Logger;
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
  readonly clock?: Clock;
  /** How often the word is renewed, in milliseconds; 30 s by default. */
  readonly everyMs?: number;
}

/** The word of this instance, as long as it lives. */
export interface AnnouncedPresence {
  /** Says at once what has changed. Never rejects: what cannot be said now is said again later. */
  refresh(): Promise<void>;
}

/**
 * Says that this instance lives, and what it publishes or reads, and says it again from time to time with `lastSeen`.
 * Has to resolve before the control log is read: who decides there sees every instance that could miss the decision.
 * The instance says goodbye when the service stops.
 */
export const announcePresence = async ({
  store,
  presence,
  logger,
  lifecycle,
  clock = systemClock,
  everyMs = 30_000,
}: AnnouncePresenceDeps): Promise<AnnouncedPresence> => {
  const key = presenceKey(presence());
  let state: 'present' | 'leaving' = 'present';
  let cancel = (): void => {};
  // one after the other, so that an older word never overwrites a newer one
  let last: Promise<void> = Promise.resolve();

  const put = () => store.put(key, { ...presence(), lastSeen: clock.now() });
  const refresh = (): Promise<void> => {
    last = last
      .then(() => (state === 'present' ? put() : undefined))
      .catch((error: unknown) => logger.warn({ error, presence: key }, 'presence not renewed, trying later'));
    return last;
  };
  const renew = (): void => {
    cancel = clock.after(everyMs, () => {
      void refresh();
      renew();
    });
  };

  lifecycle.onStop('presence', store.close);
  await put();
  renew();
  lifecycle.onStop('presence entry', async () => {
    state = 'leaving';
    cancel();
    await last;
    try {
      await store.remove(key);
    } catch (error) {
      logger.warn({ error, presence: key }, 'presence not removed; it is overwritten at the next start');
    }
  });
  return { refresh };
};
