import { z } from 'zod';
import { accessSettings } from './access-settings';
import {
  addressesSetting,
  fileSetting,
  flagSetting,
  hostSetting,
  instantSetting,
  nameSetting,
  urlSetting,
  versionSetting,
  versionsSetting,
  wholeNumberSetting,
} from './settings';

/** The settings that every service of a platform has. Extend it with those of one service. */
export const serviceSettings = z.object({
  KAFKA_BROKERS: addressesSetting().describe('Addresses of the brokers.'),
  SCHEMA_REGISTRY_URL: urlSetting().describe('Base address of the schema registry, Confluent-compatible.'),
  INSTANCE: nameSetting('lending-1').describe(
    'Name of this instance. It stays the same over restarts, and no other living instance has it.',
  ),
  HOST: hostSetting().default('127.0.0.1').describe('Address that the HTTP server listens on.'),
  PORT: wholeNumberSetting('a port', { min: 0, max: 65_535 })
    .default(0)
    .describe('Port of the HTTP server; 0 takes a free one. The log line `listening` has it as `port`.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], { error: 'one of debug, info, warn, error, silent' })
    .default('info')
    .describe('The lowest level that is logged.'),
  CONTROL_TOPIC: nameSetting('baton.control').default('baton.control').describe('Topic of the control log.'),
  PRESENCE_TOPIC: nameSetting('baton.presence')
    .default('baton.presence')
    .describe('Topic in which living instances say what they publish and read.'),
  MIGRATION_KEY_FILE: fileSetting()
    .optional()
    .describe('Public migration key (PEM). With it, decisions in the control log count only with its seal.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlSetting()
    .optional()
    .describe(
      'Base address of an OpenTelemetry collector that takes OTLP over HTTP, such as `http://127.0.0.1:4318`. Without it nothing is traced.',
    ),
  ...accessSettings,
});

/** What becomes of events whose handlers fail. Spread them into the settings of a service that consumes. */
export const failureSettings = {
  ATTEMPTS: wholeNumberSetting('tries', { min: 1, max: 1_000 })
    .default(5)
    .describe('How often an event is tried before it is parked in the dead-letter topic of the group.'),
  DEADLINE_MS: wholeNumberSetting('milliseconds', { min: 10, max: 300_000 })
    .default(30_000)
    .describe('How long one try may take before it counts as failed.'),
  LATER_EVENTS: z
    .enum(['follow', 'go-on'], { error: 'one of follow, go-on' })
    .default('follow')
    .describe(
      'What becomes of later events of a parked key: `follow` parks them too and keeps their order, `go-on` gives it up.',
    ),
} as const;

/** The settings of a service that subscribes and keeps its effects in a file, on top of those of every service. */
export const subscriberSettings = ({ group, versions }: { group: string; versions: readonly number[] }) =>
  serviceSettings.extend({
    SUBSCRIBES: versionsSetting(versions).describe('Versions that are read and handled: `1`, `1,2` or `2`.'),
    EFFECTS_FILE: fileSetting().describe('SQLite file of this instance alone, in which effects are kept.'),
    GROUP: nameSetting(group).default(group).describe('The consumer group.'),
    BOUND_TO_V2_SINCE: instantSetting()
      .optional()
      .describe('`boundToV2Since` as static configuration, instead of the control log.'),
    ALLOW_DEPRECATED: flagSetting()
      .default(false)
      .describe('Whether the group may begin although it reads deprecated versions only; the log keeps it.'),
    FROM_VERSION: versionSetting()
      .optional()
      .describe(
        'Lets a new group begin with this version although publishers of only older ones live; the log keeps it.',
      ),
    LEASE_MS: wholeNumberSetting('milliseconds', { min: 1_000, max: 300_000 })
      .default(10_000)
      .describe('How long a member goes on after its last confirmed heartbeat; also the session timeout.'),
    MARGIN_MS: wholeNumberSetting('milliseconds', { min: 100, max: 60_000 })
      .default(2_000)
      .describe('How far the clocks of publishers may run ahead.'),
    ...failureSettings,
  });
