import { createLogPublicationPolicy } from '@baton/control';
import type { EventPublisher, PublicationPolicy } from '@baton/messaging';
import { announcePresence } from '../presence/announce-presence';
import type { OpenPublisherDeps } from './begin-publishing';

/** What a publisher of a service goes by, and what it tells. */
export interface AnnouncedPublisher {
  readonly policy: PublicationPolicy;
  /** From now on the presence says what this answers, and changes with it. */
  follow(publishing: EventPublisher['publishing']): void;
}

/** Says what an instance publishes, before it reads which versions retire; both end with the service. */
export const announcePublisher = async ({
  service: { self, logger, lifecycle },
  config,
  kafka,
  eventType,
  versions,
}: Pick<
  OpenPublisherDeps,
  'service' | 'config' | 'kafka' | 'eventType' | 'versions'
>): Promise<AnnouncedPublisher> => {
  let publishing: EventPublisher['publishing'] = () => new Map([[eventType.name, versions]]);
  const presence = await announcePresence({
    store: kafka.presence(),
    presence: () => ({ ...self, kind: 'publisher', publishes: Object.fromEntries(publishing()) }),
    logger,
    lifecycle,
  });
  const policy = createLogPublicationPolicy({
    source: { log: await kafka.controlLog() },
    instance: config.INSTANCE,
    logger,
  });
  lifecycle.onStop('publication policy', policy.close);
  return {
    policy,
    follow: (current) => {
      publishing = current;
      policy.onChange(() => void presence.refresh());
      void presence.refresh();
    },
  };
};
