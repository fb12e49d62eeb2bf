/** Where an effective setting came from: a flag, a variable, a file, or the default. */
export interface Setting<Value> {
  readonly value: Value;
  readonly origin: string;
}

/** The effective addresses and names, each with its origin; an address nobody gave is `undefined`. */
export interface Settings {
  readonly brokers: Setting<readonly string[] | undefined>;
  readonly registry: Setting<string | undefined>;
  readonly schemas: Setting<string | undefined>;
  readonly controlTopic: Setting<string>;
  readonly presenceTopic: Setting<string>;
}

/** Settings given on the command line. */
export interface SettingFlags {
  readonly brokers?: string | undefined;
  readonly registry?: string | undefined;
  readonly schemas?: string | undefined;
  readonly controlTopic?: string | undefined;
  readonly presenceTopic?: string | undefined;
}
