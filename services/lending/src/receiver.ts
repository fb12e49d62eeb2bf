import { BatonError, type Version } from '@baton/core';
import type { KafkaPorts } from '@baton/kafka';
import { handle } from '@baton/messaging';
import { ExtendLoan } from '@baton/schemas';
import { openDatabase, runSubscriber, type Service } from '@baton/service-kit';
import { createExtend, createExtensions, type Extensions } from './extensions';
import type { LendingConfig } from './settings';

export interface ReceiverDeps {
  readonly config: LendingConfig;
  /** The versions of the command that are read. */
  readonly reads: readonly Version[];
  readonly service: Pick<Service, 'self' | 'logger' | 'lifecycle' | 'readiness' | 'metrics' | 'tracing'>;
  readonly kafka: KafkaPorts;
  readonly pid: number;
}

/** Receives `lending.ExtendLoan` as the one group that does; resolves once its first assignment is ready. */
export const openReceiver = async ({
  config,
  reads,
  service,
  kafka,
  pid,
}: ReceiverDeps): Promise<Extensions> => {
  const database = openDatabase(extensionsFile(config), { pid });
  service.lifecycle.onStop('extensions', database.close);
  const extensions = createExtensions(database);
  const subscription = handle(ExtendLoan, { 2: createExtend(extensions) }, { reads });
  await runSubscriber({ service, config, kafka, subscription });
  return extensions;
};

const extensionsFile = ({ EXTENSIONS_FILE }: LendingConfig): string => {
  if (EXTENSIONS_FILE !== undefined) return EXTENSIONS_FILE;
  throw new BatonError(
    'invalid-configuration',
    'Expected EXTENSIONS_FILE, the path of a file, beside LENDING_RECEIVES, got nothing. Set it, or unset LENDING_RECEIVES.',
  );
};
