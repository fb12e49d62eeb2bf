import type { Partitioner } from '@baton/messaging';
import { Partitioners, type PartitionMetadata } from 'kafkajs';

const choose = Partitioners.DefaultPartitioner();
const partitionsByCount = new Map<number, PartitionMetadata[]>();

/** Murmur2 over the UTF-8 bytes of the key, as Java clients and kafkajs place it. */
export const partitioner: Partitioner = (key, partitionCount) =>
  choose({ topic: '', partitionMetadata: partitionsOf(partitionCount), message: { key, value: null } });

const partitionsOf = (count: number): PartitionMetadata[] => {
  const known = partitionsByCount.get(count);
  if (known !== undefined) return known;
  const partitions = Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  partitionsByCount.set(count, partitions);
  return partitions;
};
