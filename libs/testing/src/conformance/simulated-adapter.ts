import { delay } from '@baton/messaging';
import { MemoryBroker, type MemoryBrokerOptions } from '../broker/memory-broker';
import { createMemoryRecordReader } from '../broker/record-reader';
import { VirtualClock } from '../virtual-clock';
import type { ConformanceAdapter, ConformanceClient, LosableCall, World } from './adapter';
import { runTime } from './run-time';

const transactionTimeoutMs = 6_000;
const producerLimitMs = 2_000;
/** How long the broker is away when it restarts. */
const restartMs = 4_000;

const operationOf = {
  'end-transaction': 'commit',
  'commit-offsets': 'commit-offsets',
  append: 'append',
} as const satisfies Record<LosableCall, string>;

/** The broker in memory, in virtual time that runs by itself as long as a world is open. */
export const simulatedAdapter: ConformanceAdapter = {
  name: 'simulated',
  features: new Set(['cut', 'silent-death', 'lost-messages', 'retention', 'restart', 'write-refusal']),
  limitMs: 20_000,
  open: async () => openSimulatedWorld({}),
};

/** The same where every way takes its time, markers are written late, and a fetch returns little. */
export const slowSimulatedAdapter: ConformanceAdapter = {
  ...simulatedAdapter,
  name: 'simulated, with delays',
  open: async () => {
    let drawn = 0;
    const draw = (upTo: number): number => {
      drawn = (drawn * 7_919 + 104_729) % 1_000_003;
      return 1 + (drawn % upTo);
    };
    return openSimulatedWorld({ latencyMs: () => draw(25), markerMs: () => draw(60), maxRecords: 2 });
  },
};

const openSimulatedWorld = (options: Partial<MemoryBrokerOptions>): World => {
  const clock = new VirtualClock();
  const broker = new MemoryBroker({
    clock,
    transactionTimeoutMs,
    patience: { commit: producerLimitMs, abort: producerLimitMs },
    ...options,
  });
  const stopTime = runTime(clock);
  let made = 0;
  const name = (text: string): string => {
    made += 1;
    return `${text}-${made}`;
  };
  return {
    clock,
    transactionTimeoutMs,
    callLimitMs: 1_000,
    producerLimitMs,
    name,
    createTopic: async (text, settings = {}) => {
      const topic = name(text);
      broker.createTopic(topic, settings);
      return topic;
    },
    client: async () => connect(broker, name('client')),
    appendForeign: async (topic, { key, value }) => {
      broker.append({
        topic,
        partition: 0,
        key,
        value: value === null ? null : Buffer.from(value),
        headers: {},
        timestamp: clock.now(),
      });
    },
    removeRecords: async (topic, offset) => broker.log(topic).deleteBefore(offset),
    restartBroker: async () => {
      broker.network.goDown({ until: clock.now() + restartMs });
      await delay(clock, restartMs + 1);
    },
    close: async () => stopTime(),
  };
};

const connect = (broker: MemoryBroker, name: string): ConformanceClient => {
  const { process, createProducer, topics, ...ports } = broker.connect(name);
  return {
    ...ports,
    transactionalProducer: createProducer,
    topicReader: topics,
    recordReader: () => createMemoryRecordReader(broker, process),
    cut: () => process.disconnect(),
    restore: () => process.reconnect(),
    lose: (what, of) =>
      broker.network.fail({ operation: operationOf[of], how: `lost-${what}`, process: name }),
    delay: (of, byMs) =>
      broker.network.fail({ operation: operationOf[of], how: 'late-request', byMs, process: name }),
    kill: () => process.kill(),
  };
};
