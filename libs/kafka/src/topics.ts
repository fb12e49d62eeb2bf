import { BatonError, isBatonError } from '@baton/core';
import { type Clock, delay } from '@baton/messaging';
import type { Admin, ITopicConfig } from 'kafkajs';
import type { BrokerCalls } from './broker-calls';
import { protocolErrorOf, toBatonError } from './errors';
import { readTopicConfig } from './topic-reader';

/** A topic as it should be. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** The broker's default if left out. */
  readonly replicas?: number;
  /** Configuration entries that must hold, by name. */
  readonly config: Readonly<Record<string, string>>;
}

/** One setting that is not as it should be. */
export interface TopicDifference {
  readonly setting: string;
  readonly expected: string;
  readonly got: string;
}

export type TopicOutcome =
  | { readonly topic: string; readonly kind: 'created' | 'equal' }
  | { readonly topic: string; readonly kind: 'different'; readonly differences: readonly TopicDifference[] };

/** Makes topics and compares them with what they should be; changes nothing that exists. */
export interface Topics {
  /** Creates what is missing and says of the rest how it differs. */
  apply(specs: readonly TopicSpec[]): Promise<readonly TopicOutcome[]>;
  /** Says what `apply` would do, and does nothing: missing topics are `created` in the outcome. */
  plan(specs: readonly TopicSpec[]): Promise<readonly TopicOutcome[]>;
  /** Removes topics with all their records; those that are missing count as removed. */
  remove(topics: readonly string[]): Promise<void>;
}

/** The largest time there is for the broker: no limit. */
export const unlimitedMs = '9223372036854775807';

export interface EventTopicOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas?: number;
  /** How far ahead of the broker's clock a publisher may stamp (milliseconds): the protocol's margin. */
  readonly marginMs: number;
  /** -1 keeps everything. */
  readonly retentionMs: number;
}

/** An event topic: kept by time, stamped by publishers, whose clocks may run ahead by the margin only. */
export const eventTopicSpec = ({ marginMs, retentionMs, ...place }: EventTopicOptions): TopicSpec => ({
  ...place,
  config: {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.after.max.ms': String(marginMs),
    'message.timestamp.before.max.ms': unlimitedMs,
    'retention.ms': String(retentionMs),
    'compression.type': 'producer',
  },
});

/** The control log: one partition, stamped by the broker, kept for ever. */
export const controlTopicSpec = (topic = 'baton.control'): TopicSpec => ({
  topic,
  partitions: 1,
  config: {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': '-1',
    'retention.bytes': '-1',
  },
});

/** The presence topic: one partition, compacted, stamped by the broker. */
export const presenceTopicSpec = (topic = 'baton.presence'): TopicSpec => ({
  topic,
  partitions: 1,
  config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' },
});

/** What a message that is parked may weigh more than it did: its context in headers. */
const letterBytes = 2_097_152;

/** A group's dead-letter or retry topic: kept until somebody decides, with room for the context of a large message. */
export const groupTopicSpec = (topic: string, partitions: number): TopicSpec => ({
  topic,
  partitions,
  config: {
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.before.max.ms': unlimitedMs,
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'max.message.bytes': String(letterBytes),
  },
});

export interface TopicsDeps {
  readonly calls: BrokerCalls;
  readonly connectedAdmin: () => Promise<Admin>;
  readonly clock: Clock;
}

const appearWithinMs = 5_000;

export const createTopics = ({ calls, connectedAdmin, clock }: TopicsDeps): Topics => {
  const planOne = async (spec: TopicSpec): Promise<TopicOutcome> => {
    const partitions = await partitionCount(calls, spec.topic);
    if (partitions === undefined) return { topic: spec.topic, kind: 'created' };
    const config = (await readTopicConfig(await connectedAdmin(), spec.topic)) ?? new Map<string, string>();
    const differences = compare(spec, partitions, config);
    return differences.length === 0
      ? { topic: spec.topic, kind: 'equal' }
      : { topic: spec.topic, kind: 'different', differences };
  };
  const plan = async (specs: readonly TopicSpec[]) => Promise.all(specs.map(planOne));

  /** Brokers learn of a new topic one after the other. */
  const planOnceThere = async (specs: readonly TopicSpec[]): Promise<readonly TopicOutcome[]> => {
    for (const deadline = clock.now() + appearWithinMs; ; await delay(clock, 50)) {
      const outcomes = await plan(specs);
      const missing = outcomes.filter(({ kind }) => kind === 'created').map(({ topic }) => topic);
      if (missing.length === 0) return outcomes;
      if (clock.now() > deadline) throw notThere(missing);
    }
  };

  return {
    plan,
    apply: async (specs) => {
      const planned = await plan(specs);
      const missing = specs.filter((_, i) => planned[i]?.kind === 'created');
      if (missing.length === 0) return planned;
      const raced = await create(await connectedAdmin(), missing);
      const made = await planOnceThere(missing);
      return planned.map((outcome) => {
        const now = made.find(({ topic }) => topic === outcome.topic) ?? outcome;
        return now.kind === 'equal' && outcome.kind === 'created' && !raced ? outcome : now;
      });
    },
    remove: async (topics) => {
      const there = await Promise.all(
        topics.map(async (topic) => ((await partitionCount(calls, topic)) === undefined ? [] : [topic])),
      );
      if (there.flat().length === 0) return;
      const admin = await connectedAdmin();
      await admin.deleteTopics({ topics: there.flat(), timeout: 10_000 }).catch((error: unknown) => {
        if (protocolErrorOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION')
          throw toBatonError(error, 'Removing topics');
      });
    },
  };
};

const partitionCount = async (calls: BrokerCalls, topic: string): Promise<number | undefined> => {
  try {
    return (await calls.partitions(topic)).length;
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return undefined;
    throw error;
  }
};

/** Whether somebody else made one of them in the meantime; the broker then made none of that name again. */
const create = async (admin: Admin, specs: readonly TopicSpec[]): Promise<boolean> => {
  const topics = specs.map(
    ({ topic, partitions, replicas, config }): ITopicConfig => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas ?? -1,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    }),
  );
  try {
    return !(await admin.createTopics({ topics, waitForLeaders: false, timeout: 10_000 }));
  } catch (error) {
    if (protocolErrorOf(error) === 'TOPIC_ALREADY_EXISTS') return true;
    throw toBatonError(error, `Creating ${specs.map(({ topic }) => topic).join(', ')}`);
  }
};

const compare = (
  { partitions, config }: TopicSpec,
  actualPartitions: number,
  actual: ReadonlyMap<string, string>,
): readonly TopicDifference[] => {
  const expected: [string, string, string][] = [
    ['partitions', String(partitions), String(actualPartitions)],
    ...Object.entries(config).map(([name, value]): [string, string, string] => [
      name,
      value,
      actual.get(name) ?? 'nothing',
    ]),
  ];
  return expected.flatMap(([setting, wanted, got]) =>
    wanted === got ? [] : [{ setting, expected: wanted, got }],
  );
};

const notThere = (topics: readonly string[]): BatonError =>
  new BatonError(
    'topic-missing',
    `Expected the broker to hold ${topics.join(', ')} after creating them, but it does not yet. Run the same command again.`,
  );
