import type { Secret } from './secret';

/** Where an effective setting came from: a flag, a variable, a file, or the default. */
export interface Setting<Value> {
  readonly value: Value;
  readonly origin: string;
}

/** The mechanisms by which brokers can ask who we are. */
export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** The effective addresses and names, each with its origin; what nobody gave is `undefined`. */
export interface Settings {
  readonly brokers: Setting<readonly string[] | undefined>;
  readonly registry: Setting<string | undefined>;
  readonly schemas: Setting<string | undefined>;
  /** The module that exports the compiled event types; needed where data is translated between versions. */
  readonly eventTypes: Setting<string | undefined>;
  readonly controlTopic: Setting<string>;
  readonly presenceTopic: Setting<string>;
  /** The migration key: the private one to decide, the public one to read. */
  readonly migrationKeyFile: Setting<string | undefined>;
  /** Whether brokers are reached over TLS; left open, certificates turn it on. */
  readonly ssl: Setting<boolean | undefined>;
  /** The certificates that brokers are trusted by; the system's where nothing is given. */
  readonly caFile: Setting<string | undefined>;
  /** Our own certificate and its key, for brokers that ask for one. */
  readonly certFile: Setting<string | undefined>;
  readonly keyFile: Setting<string | undefined>;
  readonly saslMechanism: Setting<SaslMechanism | undefined>;
  readonly saslUsername: Setting<string | undefined>;
  readonly saslPassword: Setting<Secret | undefined>;
  readonly registryUsername: Setting<string | undefined>;
  readonly registryPassword: Setting<Secret | undefined>;
  readonly registryToken: Setting<Secret | undefined>;
  readonly registryCaFile: Setting<string | undefined>;
  readonly registryCertFile: Setting<string | undefined>;
  readonly registryKeyFile: Setting<string | undefined>;
}

/** Settings given on the command line; secrets are not among them, since everybody on the machine can read it. */
export interface SettingFlags {
  readonly brokers?: string | undefined;
  readonly registry?: string | undefined;
  readonly schemas?: string | undefined;
  readonly eventTypes?: string | undefined;
  readonly controlTopic?: string | undefined;
  readonly presenceTopic?: string | undefined;
}
