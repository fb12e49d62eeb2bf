import { type ControlLog, readMigrationKey, sealedLog, unsealedLog } from '@baton/control';
import { createKafkaPorts, type KafkaPorts, readSecretFile } from '@baton/kafka';
import type { Logger } from '@baton/messaging';
import { type AccessConfig, readAccess } from '../config/access-settings';
import type { Lifecycle } from '../lifecycle/lifecycle';

export interface ConnectKafkaDeps {
  readonly config: {
    readonly KAFKA_BROKERS: readonly string[];
    readonly SCHEMA_REGISTRY_URL: string;
    readonly INSTANCE: string;
    readonly CONTROL_TOPIC: string;
    readonly PRESENCE_TOPIC: string;
    readonly MIGRATION_KEY_FILE?: string | undefined;
  } & AccessConfig;
  readonly logger: Logger;
  readonly lifecycle: Pick<Lifecycle, 'onStop'>;
}

/** The ports of broker and registry as the settings of a service name them; closed when the service stops. */
export const connectKafka = ({ config, logger, lifecycle }: ConnectKafkaDeps): KafkaPorts => {
  const kafka = createKafkaPorts({
    brokers: config.KAFKA_BROKERS,
    clientId: config.INSTANCE,
    registryUrl: config.SCHEMA_REGISTRY_URL,
    controlTopic: config.CONTROL_TOPIC,
    presenceTopic: config.PRESENCE_TOPIC,
    ...readAccess(config),
    logger,
  });
  lifecycle.onStop('kafka', kafka.close);
  return { ...kafka, controlLog: sealedWhereAsked(config, kafka.controlLog, logger) };
};

/** The control log as the migration key, if one is configured, lets it be read. */
const sealedWhereAsked = (
  { MIGRATION_KEY_FILE: file }: ConnectKafkaDeps['config'],
  open: () => Promise<ControlLog>,
  logger: Logger,
): (() => Promise<ControlLog>) => {
  if (file === undefined) return async () => unsealedLog(await open());
  const { signer, ...publicKey } = readMigrationKey(readSecretFile(file));
  if (signer !== undefined) {
    const mend = 'give services the public key only; what this one decides is not sealed';
    logger.warn({ file, mend }, 'private migration key in a service');
  }
  return async () => sealedLog(await open(), publicKey);
};
