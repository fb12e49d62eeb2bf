import { BatonError } from '@baton/core';
import { z } from 'zod';

/** Times of the protocol that every run uses: the shortest that a broker allows. */
export const timings = { leaseMs: 6_000, marginMs: 1_000, listingMs: 4_000, decisionMs: 8_000 } as const;

/** How long a relay that stands still keeps its ranges: less than the broker keeps its transactions open. */
export const relayStandstillMs = 5_000;

const shared = {
  /** The stable name, the same for every incarnation. */
  instance: z.string(),
  incarnation: z.number(),
  history: z.string(),
  brokers: z.array(z.string()),
  registry: z.string(),
  controlTopic: z.string(),
  presenceTopic: z.string(),
  clockOffsetMs: z.number(),
  /** Killed there when it comes by for the first time. */
  armed: z.string().optional(),
};

const eventTypes = z.array(z.string());

/** Where the outbox, the inboxes and their effects are. */
const database = z.object({ url: z.string(), source: z.string() }).optional();

export const publisherSettings = z.object({
  ...shared,
  role: z.literal('publisher'),
  /** One publisher for each list, or rows in the outbox of the part. */
  lines: z.array(z.object({ name: z.string(), eventTypes, through: z.enum(['transactions', 'outbox']) })),
  database,
  /** Events each second, over all lines. */
  rate: z.number(),
  keys: z.number(),
  /** Publishes nothing until it is told to. */
  silent: z.boolean(),
  /** Seed of keys and pauses. */
  seed: z.number(),
});

export const consumerSettings = z.object({
  ...shared,
  role: z.literal('consumer'),
  groups: z.array(z.object({ group: z.string(), eventTypes, effects: z.enum(['none', 'inbox']) })),
  database,
  /** Groups among them that do not start by themselves. */
  stopped: z.array(z.string()),
  seed: z.number(),
});

export const relaySettings = z.object({
  ...shared,
  role: z.literal('relay'),
  eventTypes,
  database: database.unwrap(),
});

export const scriptSettings = z.object({
  ...shared,
  role: z.literal('script'),
  group: z.string(),
  eventType: z.string(),
  version: z.number(),
  attempts: z.number(),
});

export type PublisherSettings = z.infer<typeof publisherSettings>;
export type ConsumerSettings = z.infer<typeof consumerSettings>;
export type RelaySettings = z.infer<typeof relaySettings>;
export type ScriptSettings = z.infer<typeof scriptSettings>;
export type WorkerSettings = PublisherSettings | ConsumerSettings | RelaySettings | ScriptSettings;

/** The environment variable that a worker's settings come in. */
export const settingsVariable = 'CHAOS_WORKER';

/** Reads the settings that the run gave a worker. */
export const parseSettings = <S extends z.ZodType>(schema: S, text: string | undefined): z.infer<S> => {
  const parsed = schema.safeParse(JSON.parse(text ?? 'null'));
  if (parsed.success) return parsed.data;
  throw new BatonError(
    'invalid-configuration',
    `Expected ${settingsVariable} as "npm run chaos" sets it, got ${z.prettifyError(parsed.error)}. Workers are not started by hand.`,
  );
};
