import type { ControlLog } from '@baton/control';
import { BatonError } from '@baton/core';
import type { Clock, Logger } from '@baton/messaging';
import type { BrokerCalls } from './broker-calls';
import type { ClientFactory } from './client';
import { createRecordWriter, parseJson } from './json-records';
import { startTailReader, type TailReader } from './tail-reader';

export interface ControlLogDeps {
  readonly newClient: ClientFactory;
  readonly calls: BrokerCalls;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The addresses that the client was given, for errors. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** How long `catchUp` waits for a broker that is away. */
  readonly limitMs?: number;
}

/** Opens the control log; rejects if the topic is missing or is not the log that the protocol needs. */
export const openControlLog = async ({
  newClient,
  calls,
  clock,
  logger,
  brokers,
  topic,
  limitMs = 30_000,
}: ControlLogDeps): Promise<ControlLog> => {
  const clusterId = await readClusterId(calls);
  const writer = createRecordWriter({
    newClient,
    clock,
    logger,
    idempotent: true,
    reach: { brokers, limitMs },
  });
  let reader: TailReader | undefined;

  return {
    id: `${clusterId}/${topic}`,
    append: async (value) => {
      const { baseOffset, logAppendTime } = await writer.write(topic, {
        key: null,
        value: JSON.stringify(value),
        partition: 0,
      });
      const at = Number(logAppendTime ?? -1);
      if (at < 0) throw notLogAppendTime(topic);
      return { offset: Number(baseOffset), at };
    },
    follow: async (listener) => {
      if (reader !== undefined) {
        throw new BatonError('invalid-argument', `Expected one follower of ${topic}, got another.`);
      }
      await assertWhole(calls, topic);
      reader = await startTailReader(
        { newClient, clock, logger },
        {
          topic,
          from: 0,
          onRecord: ({ offset, timestamp, value }) =>
            listener({ offset, at: timestamp, value: parseJson(value) }),
        },
      );
    },
    catchUp: async () => {
      if (reader === undefined) {
        throw new BatonError(
          'invalid-argument',
          `Expected ${topic} to be followed before it is caught up with.`,
        );
      }
      const deadline = clock.now() + limitMs;
      const [end = 0] = await calls.offsets(topic, 'end');
      await reader.reached(end, Math.max(1, deadline - clock.now()));
    },
    close: async () => {
      await Promise.all([writer.close(), reader?.close()]);
    },
  };
};

const readClusterId = (calls: BrokerCalls): Promise<string> =>
  calls.anywhere('Reading the cluster id', async (broker) => {
    const { clusterId } = (await broker.metadata([])) as { clusterId?: string | null };
    return clusterId ?? 'unnamed-cluster';
  });

const assertWhole = async (calls: BrokerCalls, topic: string): Promise<void> => {
  const earliest = await calls.offsets(topic, 'earliest');
  if (earliest.length !== 1) {
    throw new BatonError(
      'topic-misconfigured',
      `Expected ${topic} with 1 partition, got ${earliest.length}. Entries need one order: make the topic with "baton topics apply".`,
    );
  }
  if (earliest[0] !== 0) {
    throw new BatonError(
      'data-lost-to-retention',
      `Expected ${topic} from its first entry on, but the first one stored is ${earliest[0]}. Set retention.ms to -1 and restore the log.`,
    );
  }
};

const notLogAppendTime = (topic: string): BatonError =>
  new BatonError(
    'topic-misconfigured',
    `Expected ${topic} with message.timestamp.type LogAppendTime, got CreateTime. Run "baton topics apply".`,
  );
