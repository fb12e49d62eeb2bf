import { brokerAddresses, copiesOf, nodePorts } from './nodes';
import type { Ports } from './state';

/** Retention of committed offsets: longer than any window that a development stack sees (70 days). */
const offsetsRetentionMinutes = 100_800;

/**
 * Settings of a broker that is a controller too, alone or with the others. The authorizer runs and no client is a
 * super user, so a denial on a topic holds for every client; whatever has no ACL is open.
 */
export const brokerSettings = (ports: Ports, dataDir: string, node = 1): Readonly<Record<string, string>> => {
  const nodes = nodePorts(ports);
  const { broker, controller } = nodes[node - 1] ?? ports;
  const copies = String(copiesOf(nodes.length).copies);
  const inSync = String(copiesOf(nodes.length).inSync);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(node),
    'controller.quorum.voters': nodes.map((one, i) => `${i + 1}@127.0.0.1:${one.controller}`).join(','),
    listeners: `CLIENT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${broker}`,
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': dataDir,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
    'auto.create.topics.enable': 'false',
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    // A killed broker may register again only when its old session has ended.
    'broker.session.timeout.ms': '5000',
    'broker.heartbeat.interval.ms': '1000',
    'log.retention.ms': '-1',
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '10',
    'offsets.retention.minutes': String(offsetsRetentionMinutes),
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '5',
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '6000',
    ...(nodes.length > 1 ? controllersByName : {}),
  };
};

/**
 * Several controllers vote before any ACL is known, which the authorizer lets only super users do. So they log in to
 * each other, and are the only ones with that name: clients have no name, and denials hold for them still.
 */
const controllersByName: Readonly<Record<string, string>> = {
  'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:SASL_PLAINTEXT',
  'sasl.mechanism.controller.protocol': 'PLAIN',
  'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
  'listener.name.controller.plain.sasl.jaas.config':
    'org.apache.kafka.common.security.plain.PlainLoginModule required username="controller" password="controller" user_controller="controller";',
  'super.users': 'User:controller',
};

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
export const registryEnvironment = (ports: Ports): Readonly<Record<string, string>> => ({
  ...registrySettings,
  QUARKUS_HTTP_HOST: '127.0.0.1',
  QUARKUS_HTTP_PORT: String(ports.registry),
  APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: brokerAddresses(ports).join(','),
});
