import type { Ports } from './state';

/** Retention of committed offsets: longer than any window that a development stack sees (70 days). */
const offsetsRetentionMinutes = 100_800;

/**
 * Settings of a single broker that is its own controller. The authorizer runs and nobody is a super user, so a
 * denial on a topic holds for every client; whatever has no ACL is open.
 */
export const brokerSettings = (
  { broker, controller }: Ports,
  dataDir: string,
): Readonly<Record<string, string>> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  listeners: `CLIENT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `CLIENT://127.0.0.1:${broker}`,
  'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'inter.broker.listener.name': 'CLIENT',
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': dataDir,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
  'auto.create.topics.enable': 'false',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
  // A killed broker may register again only when its old session has ended.
  'broker.session.timeout.ms': '5000',
  'broker.heartbeat.interval.ms': '1000',
  'log.retention.ms': '-1',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '10',
  'offsets.retention.minutes': String(offsetsRetentionMinutes),
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '5',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '6000',
});

/** Renders settings as a Java properties file. */
export const renderProperties = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');

/** Warnings and errors only, to standard output. */
export const brokerLogging = renderProperties({
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d{ISO8601} %p %c: %m%n',
  'rootLogger.level': 'warn',
  'rootLogger.appenderRef.console.ref': 'console',
});

/** How the registry runs, wherever it does: schemas live in the broker, so they survive a restart of either. */
export const registrySettings: Readonly<Record<string, string>> = {
  QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
  QUARKUS_LOG_CATEGORY__IO_APICURIO__LEVEL: 'WARN',
  APICURIO_STORAGE_KIND: 'kafkasql',
  APICURIO_KAFKASQL_CONSUMER_POLL_TIMEOUT: '500',
  APICURIO_KAFKASQL_SNAPSHOT_EVERY_SECONDS: 'disabled',
};

/** Environment of a registry on this machine. */
export const registryEnvironment = ({ broker, registry }: Ports): Readonly<Record<string, string>> => ({
  ...registrySettings,
  QUARKUS_HTTP_HOST: '127.0.0.1',
  QUARKUS_HTTP_PORT: String(registry),
  APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: `127.0.0.1:${broker}`,
});
