import { KafkaJSProtocolError, type PartitionerArgs } from 'kafkajs';
import createSendMessages from 'kafkajs/src/producer/sendMessages';
import createRetry from 'kafkajs/src/retry';
import { SendLeaders } from './send-leaders';

const notLeader = () =>
  new KafkaJSProtocolError({
    name: 'KafkaJSProtocolError',
    message: 'not the leader',
    type: 'NOT_LEADER_FOR_PARTITION',
    code: 6,
    retriable: true,
  } as never);

/** kafkajs's own sending of one message to each of two partitions; the leader of partition 1 moves after the first try. */
const sendWhileALeaderMoves = async (check: (args: PartitionerArgs, partition: number) => void) => {
  const leaderOf = [1, 2];
  const written: number[] = [];
  const brokers = [1, 2].map((nodeId) => ({
    nodeId,
    produce: async ({ topicData }: { topicData: { partitions: { partition: number }[] }[] }) => {
      const partitions = topicData.flatMap((topic) => topic.partitions.map(({ partition }) => partition));
      if (partitions.some((partition) => leaderOf[partition] !== nodeId || nodeId === 2)) throw notLeader();
      written.push(...partitions);
      return { topics: [] };
    },
  }));
  const cluster = {
    addMultipleTargetTopics: async () => {},
    refreshMetadataIfNecessary: async () => {},
    refreshMetadata: async () => {
      leaderOf[1] = 1;
    },
    isConnected: () => true,
    findTopicPartitionMetadata: () => leaderOf.map((leader, partitionId) => ({ partitionId, leader })),
    findLeaderForPartitions: (_: string, partitions: string[]) => {
      const byLeader: Record<number, number[]> = {};
      for (const partition of partitions.map(Number)) {
        const leader = leaderOf[partition] ?? 0;
        byLeader[leader] = [...(byLeader[leader] ?? []), partition];
      }
      return byLeader;
    },
    findBroker: async ({ nodeId }: { nodeId: string }) => brokers[Number(nodeId) - 1],
  };
  const eosManager = {
    acquireBrokerLock: async () => {},
    releaseBrokerLock: async () => {},
    isTransactional: () => false,
    getSequence: () => 0,
    updateSequence: () => {},
    getProducerId: () => 1,
    getProducerEpoch: () => 0,
  };
  const send = createSendMessages({
    logger: { debug: () => {}, error: () => {} },
    cluster,
    eosManager,
    partitioner: (args: PartitionerArgs) => {
      const partition = args.message.partition ?? 0;
      check(args, partition);
      return partition;
    },
    retrier: createRetry({ initialRetryTime: 1, retries: 3 }),
  });
  const messages = [0, 1].map((partition) => ({ partition, key: 'k', value: Buffer.alloc(0) }));
  const outcome = await send({ acks: -1, timeout: 1, topicMessages: [{ topic: 'loans', messages }] }).then(
    () => 'acknowledged',
    (error: Error) => error.message,
  );
  return { outcome, written };
};

describe('a send while a leader moves', () => {
  it('is acknowledged by kafkajs without what has moved', async () => {
    const stock = await sendWhileALeaderMoves(() => {});
    expect(stock).toEqual({ outcome: 'acknowledged', written: [0] });
  });

  it('fails, so that everything is sent anew in another transaction', async () => {
    const leaders = new SendLeaders();
    leaders.begin();
    const { outcome } = await sendWhileALeaderMoves((args, partition) => leaders.check(args, partition));
    expect(outcome).toContain('the leader of loans/1 has changed from 2 to 1 while it was sent');
  });

  it('goes on in the next send, by the leaders of then', () => {
    const leaders = new SendLeaders();
    const at = (leader: number): PartitionerArgs =>
      ({ topic: 'loans', partitionMetadata: [{ partitionId: 4, leader }], message: {} }) as never;
    leaders.check(at(1), 4);
    expect(() => leaders.check(at(2), 4)).toThrow('has changed');
    leaders.begin();
    leaders.check(at(2), 4);
    leaders.check(at(2), 4);
  });
});
