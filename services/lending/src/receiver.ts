import { createAvroCodec } from '@baton/contracts';
import { BatonError, type Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { createConsumer, handle, systemClock } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { announcePresence, openBindings, openDatabase, runConsumer, type Service } from '@baton/service-kit';
import { createExtend, createExtensions, type Extensions } from './extensions';
import type { LendingConfig } from './settings';

export interface ReceiverDeps {
  readonly config: LendingConfig;
  /** The versions of the command that are read. */
  readonly reads: readonly Version[];
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics'>;
  readonly kafka: KafkaPorts;
  readonly pid: number;
}

/** Receives `lending.ExtendLoan` as the one group that does; resolves once its first assignment is ready. */
export const openReceiver = async (deps: ReceiverDeps): Promise<Extensions> => {
  const { config, reads, service, kafka, pid } = deps;
  const { self, logger, lifecycle } = service;
  const database = openDatabase(extensionsFile(config), { pid });
  lifecycle.onStop('extensions', database.close);
  const extensions = createExtensions(database);
  const handles = { [ExtendLoan.name]: reads };
  await announcePresence({
    store: kafka.presence(),
    presence: () => ({ ...self, kind: 'member', group: config.GROUP, handles }),
    logger,
    lifecycle,
  });
  const bindings = await openBindings({
    config,
    eventType: ExtendLoan,
    kafka,
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('bindings', bindings.close);
  const consumer = createConsumer({
    group: config.GROUP,
    instance: config.INSTANCE,
    on: [handle(ExtendLoan, { 2: createExtend(extensions) }, { reads })],
    groupMember: kafka.groupMember,
    logOffsets: kafka.logOffsets,
    codec: createAvroCodec({ registry: kafka.registry() }),
    bindings,
    logger,
    settings: { leaseMs: config.LEASE_MS, marginMs: config.MARGIN_MS },
  });
  await runConsumer(consumer, service);
  logger.info({ group: config.GROUP, eventType: ExtendLoan.name, reads }, 'receiving');
  return extensions;
};

const extensionsFile = ({ EXTENSIONS_FILE }: LendingConfig): string => {
  if (EXTENSIONS_FILE !== undefined) return EXTENSIONS_FILE;
  throw new BatonError(
    'invalid-configuration',
    'Expected EXTENSIONS_FILE, the path of a file, beside LENDING_RECEIVES, got nothing. Set it, or unset LENDING_RECEIVES.',
  );
};
