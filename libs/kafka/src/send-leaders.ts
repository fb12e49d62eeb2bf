import { KafkaJSNonRetriableError, type PartitionerArgs } from 'kafkajs';

/**
 * Ends a send of kafkajs once a partition in it has another leader than when it was first tried. In its next try kafkajs
 * asks only the brokers that have not answered yet: what moved to one that has is left out without a word, and what
 * moved away from one that has is written again.
 */
export class SendLeaders {
  private readonly leaders = new Map<string, number>();

  /** Another send begins. */
  begin(): void {
    this.leaders.clear();
  }

  /** Throws if the partition has moved since the send began. kafkajs asks for each message of each try. */
  check({ topic, partitionMetadata }: PartitionerArgs, partition: number): void {
    const guess = partitionMetadata[partition];
    const found =
      guess?.partitionId === partition
        ? guess
        : partitionMetadata.find(({ partitionId }) => partitionId === partition);
    if (found === undefined) return;
    const place = `${topic}/${partition}`;
    const before = this.leaders.get(place);
    if (before === undefined) this.leaders.set(place, found.leader);
    else if (before !== found.leader) {
      throw new KafkaJSNonRetriableError(
        `the leader of ${place} has changed from ${before} to ${found.leader} while it was sent`,
      );
    }
  }
}
