export { type AccessConfig, readAccess } from './config/access-settings';
export { databaseSettings } from './config/database-settings';
export { describeSettings, withSection } from './config/describe-settings';
export { type ConfigProblem, type Environment, loadConfig } from './config/load-config';
export { failureSettings, serviceSettings, subscriberSettings } from './config/service-settings';
export {
  addressesSetting,
  fileSetting,
  flagSetting,
  hostSetting,
  instantSetting,
  nameSetting,
  urlSetting,
  versionsSetting,
  wholeNumberSetting,
} from './config/settings';
export { type ConnectDatabaseDeps, connectDatabase } from './database/connect-database';
export { type Database, openDatabase, type Value } from './effects/database';
export {
  createEffectStore,
  type Effect,
  type EffectStore,
  type EffectStoreDeps,
  readEffects,
  type StoredEffect,
} from './effects/effect-store';
export {
  createInboxEffects,
  type InboxEffects,
  type InboxEffectsDeps,
  readInboxEffects,
} from './effects/inbox-effects';
export { consumerReasons, publisherReasons } from './http/component-health';
export { bodyLimitBytes, type ErrorResponse, errorResponse } from './http/error-response';
export { createReadiness, type Readiness, type ReadinessCheck, type Reason } from './http/health';
export { createHttpServer, type HttpServer, type HttpServerDeps } from './http/http-server';
export { createLifecycle, type Lifecycle, type LifecycleDeps, type Phase } from './lifecycle/lifecycle';
export type { ProcessPort } from './lifecycle/process-port';
export { exitCodes, type RunDeps, runService } from './lifecycle/run-service';
export { createLogger, type LoggerOptions, type LogLevel } from './logging/logger';
export { type MeasuredBindings, measureBindings } from './metrics/binding-metrics';
export { type MeasuredConsumer, measureConsumer } from './metrics/consumer-metrics';
export { type MeasuredLag, measureLag } from './metrics/lag-metrics';
export {
  createMetrics,
  type MetricDescription,
  type MetricOptions,
  type Metrics,
  type Sample,
  type SpreadSample,
} from './metrics/metrics';
export { measureInbox, measureRelay } from './metrics/outbox-metrics';
export { measurePublisher } from './metrics/publisher-metrics';
export {
  type AnnouncedPresence,
  type AnnouncePresenceDeps,
  announcePresence,
} from './presence/announce-presence';
export type { OpenPublisherDeps } from './publisher/begin-publishing';
export { type OpenOutboxDeps, openServiceOutbox } from './publisher/open-outbox';
export { openPublisher } from './publisher/open-publisher';
export { type ConnectKafkaDeps, connectKafka } from './service/connect-kafka';
export { createService, type Service, type ServiceOptions } from './service/service';
export { type ConsumerOptionsConfig, consumerOptions } from './subscriber/consumer-options';
export { handlersFor } from './subscriber/handlers-for';
export { type OpenBindingsDeps, openBindings } from './subscriber/open-bindings';
export { type OpenDeadLettersDeps, openDeadLetters } from './subscriber/open-dead-letters';
export { type RunSubscriberDeps, runSubscriber } from './subscriber/run-subscriber';
export { createTracing } from './tracing/create-tracing';
export { type StartTracingDeps, startTracing } from './tracing/start-tracing';
export { traceOf } from './tracing/trace-requests';
