import type { Stack } from '@baton/dev-stack';
import { createKafkaPorts, type KafkaPorts } from '@baton/kafka';
import { type Clock, delay, silentLogger } from '@baton/messaging';
import { createKafkaProxy, type KafkaProxy } from '@baton/testing';
import { createRegistryGate, type RegistryGate } from './registry-gate';

/** The stack of a run, seen past the faults by the run itself and through them by its workers. */
export interface Cluster {
  readonly stack: Stack;
  /** Ports that go straight to the brokers. */
  readonly kafka: KafkaPorts;
  readonly proxy: KafkaProxy;
  readonly registry: RegistryGate;
  /** Stops the broker's process for a while; answers whether that was possible. */
  pauseBroker(ms: number): Promise<boolean>;
  close(): Promise<void>;
}

export const openCluster = async (
  stack: Stack,
  { clock, random, run }: { clock: Clock; random: () => number; run: string },
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
    pauseBroker: async (ms) => {
      const pid = stack.state().pids.broker?.pid;
      if (pid === undefined) return false;
      process.kill(pid, 'SIGSTOP');
      try {
        await delay(clock, ms);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      return true;
    },
    close: async () => {
      await Promise.allSettled([kafka.close(), proxy.close(), registry.close()]);
    },
  };
};
