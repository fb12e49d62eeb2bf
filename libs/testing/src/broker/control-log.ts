import type { ControlLog } from '@baton/control';
import { BatonError } from '@baton/core';
import type { Network } from './network';
import type { SimulatedProcess } from './process';
import { TailReader } from './tail-reader';
import type { TopicStore } from './topic-store';

export interface ControlLogDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly topic: string;
  /** How long `catchUp` waits for a broker that is away. */
  readonly limitMs?: number;
}

/** The control log as one process has it: a topic of the simulated broker, over the simulated network. */
export const openControlLog = async (deps: ControlLogDeps): Promise<ControlLog> => {
  const { network, process, topics, topic, limitMs = 30_000 } = deps;
  let reader: TailReader | undefined;
  let state: 'open' | 'closed' = 'open';
  const assertOpen = (): void => {
    if (state === 'closed')
      throw new BatonError('broker-unavailable', `Expected an open control log ${topic}, got a closed one.`);
  };
  await network.call(process, 'connect', () => {});
  return {
    id: `simulated/${topic}`,
    append: async (value) => {
      assertOpen();
      const text = JSON.stringify(value);
      const stored = await network.call(process, 'append', () => appendText(topics, topic, text));
      if (topics.settings(topic)?.timestampType !== 'LogAppendTime') throw notLogAppendTime(topic);
      return stored;
    },
    follow: async (listener) => {
      assertOpen();
      if (reader !== undefined)
        throw new BatonError('invalid-argument', `Expected one follower of ${topic}, got another.`);
      await network.call(process, 'read-offsets', () => assertWhole(topics, topic));
      reader = new TailReader({
        network,
        process,
        topics,
        topic,
        onRecord: ({ offset, timestamp, value }) =>
          listener({ offset, at: timestamp, value: parseJson(value) }),
      });
    },
    catchUp: async () => {
      if (reader === undefined)
        throw new BatonError('invalid-argument', `Expected ${topic} to be followed before it is caught up.`);
      assertOpen();
      const end = await network.call(process, 'read-offsets', () => topics.log(topic, 0).highWatermark());
      await reader.reached(end, limitMs);
    },
    close: async () => {
      state = 'closed';
      reader?.close();
    },
  };
};

const appendText = (topics: TopicStore, topic: string, text: string): { offset: number; at: number } => {
  const stamp = topics.now();
  const record = { topic, partition: 0, key: null, value: Buffer.from(text), headers: {}, timestamp: stamp };
  return { offset: topics.append(record, undefined), at: stamp };
};

const assertWhole = (topics: TopicStore, topic: string): void => {
  const [only, ...others] = topics.logs(topic);
  if (only === undefined || others.length > 0)
    throw new BatonError('topic-misconfigured', `Expected ${topic} with 1 partition, got more.`);
  if (only.logStart() > 0)
    throw new BatonError('data-lost-to-retention', `Expected ${topic} from its first entry on.`);
};

/** The JSON in a record's value; `undefined` if there is none. */
export const parseJson = (value: Buffer | null): unknown => {
  try {
    return value === null ? undefined : JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
};

const notLogAppendTime = (topic: string): BatonError =>
  new BatonError(
    'topic-misconfigured',
    `Expected ${topic} with message.timestamp.type LogAppendTime, got CreateTime.`,
  );
