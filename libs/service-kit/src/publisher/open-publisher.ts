import { createTwinPublisher, type EventPublisher } from '@baton/messaging';
import { publisherReasons } from '../http/component-health';
import { measurePublisher } from '../metrics/publisher-metrics';
import { beginPublishing, type OpenPublisherDeps } from './begin-publishing';

/**
 * Opens the publisher of a service: it says what it publishes before it reads which versions retire, follows that
 * from then on, is measured and counted in readiness, and closes with the service.
 */
export const openPublisher = ({ newId, ...deps }: OpenPublisherDeps): Promise<EventPublisher> =>
  beginPublishing(deps, async (ports) => {
    const publisher = await createTwinPublisher({ ...ports, instance: deps.config.INSTANCE, newId });
    const { stats, health, publishing, close } = publisher;
    measurePublisher(deps.service.metrics, stats);
    return {
      opened: publisher,
      name: 'publisher',
      publishing,
      reasons: () => publisherReasons(health()),
      close,
    };
  });
