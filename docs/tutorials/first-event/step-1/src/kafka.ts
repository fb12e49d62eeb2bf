import { createKafkaPorts } from '@baton/kafka';
import { createLogger } from '@baton/service-kit';

/** Opens broker and registry, whose addresses are where the `baton` command finds them too. */
export const openKafka = (instance: string) => {
  const logger = createLogger({
    name: 'shop',
    instance,
    level: 'warn',
    write: (line) => process.stderr.write(line),
  });
  const kafka = createKafkaPorts({
    brokers: (process.env.KAFKA_BROKERS ?? '').split(','),
    registryUrl: process.env.SCHEMA_REGISTRY_URL ?? '',
    controlTopic: process.env.CONTROL_TOPIC ?? 'baton.control',
    clientId: instance,
    logger,
  });
  return { kafka, logger };
};
