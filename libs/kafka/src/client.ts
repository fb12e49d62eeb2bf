import { BatonError } from '@baton/core';
import type { Logger } from '@baton/messaging';
import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';
import { installFetchRepair } from './fetch-repair';
import { installFreshConnections } from './fresh-connections';
import { watchJoins } from './join-watch';
import { installLinearAssignment } from './linear-assignment';
import { installLostMembers } from './lost-members';
import { installProduceRequest } from './produce-request';
import { type SaslOptions, securityOf, type TlsOptions } from './security';

/** How to reach the brokers. */
export interface ClientOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Left out: no TLS. */
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
  /** Opens a connection in place of kafkajs; tests put their faults here. */
  readonly socketFactory?: NonNullable<KafkaConfig['socketFactory']>;
}

/** Makes kafkajs clients, one for each use: two members of one group must not share kafkajs's cache of offsets. */
export type ClientFactory = () => Kafka;

/** Checks the options and readies kafkajs; throws `invalid-configuration` where secrets would not be safe. */
export const createClientFactory = (options: ClientOptions, logger: Logger): ClientFactory => {
  if (options.brokers.length === 0) {
    throw new BatonError(
      'invalid-configuration',
      'Expected at least one broker such as host:9092, got none.',
    );
  }
  const security = securityOf(options);
  installFetchRepair();
  watchJoins();
  installLinearAssignment();
  installProduceRequest();
  installFreshConnections();
  installLostMembers();
  return () =>
    new Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      connectionTimeout: 5_000,
      requestTimeout: 10_000,
      retry: { initialRetryTime: 100, multiplier: 1.5, maxRetryTime: 2_000, retries: 8, factor: 0.2 },
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => forward(logger, entry),
      ...security,
      ...(options.socketFactory === undefined ? {} : { socketFactory: options.socketFactory }),
    });
};

/** Lines that kafkajs writes as errors or warnings although they are its normal work. */
const harmless =
  /concurrent operation|rebalanc|Failed to send messages|Limiting retries|not aware of this member|generation id is not valid/i;

/** kafkajs calls each answer of a broker that it will retry an error; for us an error is what somebody must act on. */
const forward = (logger: Logger, { level, namespace, log }: LogEntry): void => {
  const { message, timestamp, logger: _, stack, ...fields } = log;
  const text = `kafkajs ${namespace}: ${message}`;
  const reconnecting = namespace === 'Connection' || namespace === 'BrokerPool';
  if (reconnecting || harmless.test(message) || harmless.test(String(fields.error ?? '')))
    logger.debug(fields, text);
  else if (level === logLevel.ERROR) logger.warn(fields, text);
  else logger.info(fields, text);
};
