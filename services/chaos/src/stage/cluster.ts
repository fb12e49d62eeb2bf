import type { ClusterView, SmallDiskSupport, Stack, StackControls } from '@baton/dev-stack';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { type Clock, silentLogger } from '@baton/messaging';
import { createKafkaProxy, type KafkaProxy } from '@baton/testing';
import type { DatabaseSupport } from './database-server';
import { createRegistryGate, type RegistryGate } from './registry-gate';

/** What faults need of a stack. */
export type ClusterStack = Pick<Stack, 'brokers' | 'registry' | keyof StackControls | keyof ClusterView>;

/** The stack of a run, seen past the faults by the run itself and through them by its workers. */
export interface Cluster {
  readonly stack: ClusterStack;
  /** Ports that go straight to the brokers. */
  readonly kafka: KafkaPorts;
  readonly proxy: KafkaProxy;
  readonly registry: RegistryGate;
  /** Whether one broker has a disk that can be filled; otherwise why not. */
  readonly disk: SmallDiskSupport;
  /** Where outbox and inboxes are, which workers reach without a proxy. */
  readonly database: DatabaseSupport;
  close(): Promise<void>;
}

export interface OpenClusterDeps extends Pick<Cluster, 'disk' | 'database'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly run: string;
}

export const openCluster = async (
  stack: ClusterStack,
  { clock, random, run, disk, database }: OpenClusterDeps,
): Promise<Cluster> => {
  const proxy = await createKafkaProxy({ brokers: stack.brokers, clock, random });
  const registry = await createRegistryGate(stack.registry);
  const kafka = createKafkaPorts({
    brokers: stack.brokers,
    clientId: `${run}-chaos`,
    registryUrl: stack.registry,
    logger: silentLogger,
  });
  return {
    stack,
    kafka,
    proxy,
    registry,
    disk,
    database,
    close: async () => {
      await Promise.allSettled([kafka.close(), proxy.close(), registry.close()]);
    },
  };
};
