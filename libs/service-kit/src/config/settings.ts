import { type Instant, isBatonError, parseInstant, type Version, version } from '@baton/core';
import { z } from 'zod';

const parsed = <T>(expected: string, read: (text: string) => T | undefined) =>
  z.string({ error: expected }).transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });

const wholeNumber = (text: string): number | undefined => {
  const value = Number(text);
  return /^\d{1,15}$/.test(text) ? value : undefined;
};

/** A whole number between `min` and `max`, as text. */
export const wholeNumberSetting = (unit: string, { min, max }: { min: number; max: number }) =>
  parsed(`${unit}, a whole number from ${min} to ${max}`, (text) => {
    const value = wholeNumber(text);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  });

/** Addresses `host:port`, separated by commas. */
export const addressesSetting = () =>
  parsed('addresses such as 127.0.0.1:9092, separated by commas', (text): readonly string[] | undefined => {
    const addresses = text.split(',').map((address) => address.trim());
    return addresses.every(isAddress) ? addresses : undefined;
  });

const isAddress = (address: string): boolean => {
  const port = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
};

/** A host name or an IP address. */
export const hostSetting = () =>
  parsed('a host name or an IP address, such as 127.0.0.1', (text) =>
    /^[A-Za-z0-9._:-]{1,253}$/.test(text) ? text : undefined,
  );

/** A web address of a service. */
export const urlSetting = () =>
  parsed('a web address such as http://127.0.0.1:8080/apis/ccompat/v7', (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && /^https?:$/.test(url.protocol) ? text.replace(/\/+$/, '') : undefined;
  });

/** A name that is safe in topic names, client ids and metrics. */
export const nameSetting = (example: string) =>
  parsed(`a name such as ${example} (letters, digits, dot, dash, underscore; at most 100)`, (text) =>
    /^[A-Za-z0-9._-]{1,100}$/.test(text) ? text : undefined,
  );

/** Some of the versions that the program knows, such as `1,2`. */
export const versionsSetting = (known: readonly number[]) =>
  parsed(
    `versions out of ${known.join(', ')}, separated by commas`,
    (text): readonly Version[] | undefined => {
      const parts = text.split(',').map((part) => wholeNumber(part.trim()));
      const chosen = parts.filter((part): part is number => part !== undefined && known.includes(part));
      if (chosen.length !== parts.length || new Set(chosen).size !== chosen.length) return undefined;
      return chosen.sort((a, b) => a - b).map(version);
    },
  );

/** An instant with a time zone. */
export const instantSetting = () =>
  parsed('an instant with a time zone, such as 2026-12-01T00:00:00Z', (text): Instant | undefined => {
    try {
      return parseInstant(text);
    } catch (error) {
      if (isBatonError(error, 'invalid-argument')) return undefined;
      throw error;
    }
  });

/** Yes or no. */
export const flagSetting = () =>
  parsed('true or false', (text): boolean | undefined => {
    if (text === 'true') return true;
    return text === 'false' ? false : undefined;
  });

/** A path of a file. */
export const fileSetting = () =>
  parsed('the path of a file', (text) => (text.includes('\0') ? undefined : text));

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
});

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
    LEASE_MS: wholeNumberSetting('milliseconds', { min: 1_000, max: 300_000 })
      .default(10_000)
      .describe('How long a member goes on after its last confirmed heartbeat; also the session timeout.'),
    MARGIN_MS: wholeNumberSetting('milliseconds', { min: 100, max: 60_000 })
      .default(2_000)
      .describe('How far the clocks of publishers may run ahead.'),
  });
