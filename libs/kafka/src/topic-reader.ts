import { isBatonError } from '@baton/core';
import type { TopicReader, TopicSettings } from '@baton/messaging';
import { type Admin, ConfigResourceTypes } from 'kafkajs';
import type { BrokerCalls } from './broker-calls';
import { protocolErrorOf, toBatonError } from './errors';

/** The configuration entries of a topic, by name, defaults of the broker included; `undefined` if there is no topic. */
export const readTopicConfig = async (
  admin: Admin,
  topic: string,
): Promise<ReadonlyMap<string, string> | undefined> => {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const entries = resources[0]?.configEntries ?? [];
    return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw toBatonError(error, `Reading the settings of ${topic}`);
  }
};

/** Reads the settings of topics from their configuration and metadata. */
export const createTopicReader = (calls: BrokerCalls, connectedAdmin: () => Promise<Admin>): TopicReader => ({
  settings: async (topic) => {
    const partitions = await countPartitions(calls, topic);
    if (partitions === undefined) return undefined;
    const config = await readTopicConfig(await connectedAdmin(), topic);
    return config === undefined ? undefined : toSettings(partitions, config);
  },
});

const countPartitions = async (calls: BrokerCalls, topic: string): Promise<number | undefined> => {
  try {
    return (await calls.partitions(topic)).length;
  } catch (error) {
    if (isBatonError(error, 'topic-missing')) return undefined;
    throw error;
  }
};

const toSettings = (partitions: number, config: ReadonlyMap<string, string>): TopicSettings => ({
  partitions,
  timestampType: config.get('message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
  timestampAfterMaxMs: milliseconds(config.get('message.timestamp.after.max.ms')),
  timestampBeforeMaxMs: milliseconds(config.get('message.timestamp.before.max.ms')),
  retentionMs: milliseconds(config.get('retention.ms')),
  cleanupPolicy: config.get('cleanup.policy') ?? '',
});

const beyondNumbers = Number.MAX_SAFE_INTEGER;

/** Settings that mean "no limit" (-1, or the largest 64-bit number) become infinite. */
const milliseconds = (text: string | undefined): number => {
  const value = Number(text ?? 'NaN');
  return value < 0 || value > beyondNumbers ? Number.POSITIVE_INFINITY : value;
};
