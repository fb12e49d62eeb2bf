import type { ClusterView, SmallDiskSupport, Stack, StackControls } from '@baton/dev-stack';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { type Clock, silentLogger } from '@baton/messaging';
import { createKafkaProxy, type KafkaProxy } from '@baton/testing';
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
  close(): Promise<void>;
}

export const openCluster = async (
  stack: ClusterStack,
  { clock, random, run, disk }: { clock: Clock; random: () => number; run: string; disk: SmallDiskSupport },
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
    close: async () => {
      await Promise.allSettled([kafka.close(), proxy.close(), registry.close()]);
    },
  };
};
