import type { KafkaPorts } from '@baton/kafka';
import { BooksBorrowed } from '@baton/schemas';
import { connectDatabase, openPublisher, openServiceOutbox, type Service } from '@baton/service-kit';
import { type Lend, lendByOutbox, lendByPublishing } from './lend';
import type { LendingConfig } from './settings';

export interface LendingDeps {
  readonly config: LendingConfig;
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics' | 'tracing'>;
  readonly kafka: KafkaPorts;
  readonly newId: () => string;
  readonly pid: number;
}

/** Lends through an outbox where the settings name a database, and straight to the broker otherwise. */
export const openLending = async ({ config, service, kafka, newId, pid }: LendingDeps): Promise<Lend> => {
  const publishing = {
    service,
    config,
    kafka,
    source: 'lending',
    eventType: BooksBorrowed,
    versions: config.LENDING_PUBLISHES,
    newId,
  };
  const database = await connectDatabase({ config, pid, ...service });
  if (database === undefined) return lendByPublishing(await openPublisher(publishing));
  return lendByOutbox({ database, outbox: await openServiceOutbox({ ...publishing, database }) });
};
