import type { KafkaPorts } from '@baton/kafka';
import type { EventPublisher } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { type OpenPublisherDeps, openPublisher } from '@baton/service-kit';
import { createExtensionRoutes, type Routes } from './extensions';
import type { RemindersConfig } from './settings';

export interface SenderDeps extends Pick<OpenPublisherDeps, 'service' | 'newId'> {
  readonly config: RemindersConfig;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The sending side of the service. */
export interface Sender {
  /** None if the settings name no version to send in. */
  readonly routes: Routes | undefined;
  /** Until it resolves, requests are answered 503. */
  open(kafka: KafkaPorts): Promise<void>;
}

/** Sends `lending.ExtendLoan` where the settings name a version. */
export const createSender = ({ config, service, newId, now }: SenderDeps): Sender => {
  const versions = config.EXTEND_LOAN_VERSION;
  if (versions === undefined) return { routes: undefined, open: async () => {} };
  let publisher: EventPublisher | undefined;
  return {
    routes: createExtensionRoutes({ publisher: () => publisher, now }),
    open: async (kafka) => {
      publisher = await openPublisher({
        service,
        config,
        kafka,
        source: 'reminders',
        eventType: ExtendLoan,
        versions,
        newId,
      });
    },
  };
};
