import { type Database, type Outbox, openOutbox, type RelayHealth, startOutboxRelay } from '@baton/postgres';
import { publisherReasons } from '../http/component-health';
import type { Reason } from '../http/health';
import { measureRelay } from '../metrics/outbox-metrics';
import { beginPublishing, type OpenPublisherDeps } from './begin-publishing';

export interface OpenOutboxDeps extends OpenPublisherDeps {
  readonly database: Database;
}

/**
 * Opens the outbox of a service and a relay that sends what is in it: its presence comes before it reads which
 * versions retire; it is measured and counted in readiness, and closes with the service.
 */
export const openServiceOutbox = async ({ newId, database, ...deps }: OpenOutboxDeps): Promise<Outbox> => {
  const { service, config, source, eventType } = deps;
  const outbox = await openOutbox({
    database,
    source,
    eventTypes: [eventType],
    newId,
    tracing: service.tracing,
  });
  return beginPublishing(deps, async (ports) => {
    const transactionalId = transactionalIdOf(source, config.INSTANCE, database);
    const relay = await startOutboxRelay({ ...ports, database, transactionalId });
    measureRelay(service.metrics, () => relay.stats());
    return {
      opened: outbox,
      name: 'outbox relay',
      publishing: () => relay.publishing(),
      reasons: () => relayReasons(relay.health()),
      close: () => relay.close(),
    };
  });
};

/** A broker that is away is no reason: events wait in the outbox, and the lag tells. */
const relayReasons = (health: RelayHealth): readonly Reason[] =>
  health.kind === 'retrying' && health.at === 'broker' ? [] : publisherReasons(health);

/** Instances that share a server share the ids of its ranges; one with a database of its own has ids of its own. */
const transactionalIdOf = (source: string, instance: string, { kind }: Database): string =>
  kind === 'server' ? source : `${source}.${instance}`;
