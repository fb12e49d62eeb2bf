import type { PresenceStore } from '@baton/control';
import { BatonError } from '@baton/core';
import { parseJson } from './control-log';
import type { Network } from './network';
import type { SimulatedProcess } from './process';
import { TailReader } from './tail-reader';
import type { TopicStore } from './topic-store';

export interface PresenceStoreDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly topic: string;
  readonly limitMs?: number;
}

/** The presence topic as one process has it, read from the first call of `all` on. */
export const createPresenceStore = ({
  network,
  process,
  topics,
  topic,
  limitMs = 30_000,
}: PresenceStoreDeps): PresenceStore => {
  const present = new Map<string, { readonly at: number; readonly value: unknown }>();
  let reader: TailReader | undefined;
  let state: 'open' | 'closed' = 'open';
  const write = async (instance: string, value: Buffer | null): Promise<void> => {
    assertOpen();
    await network.call(process, 'append', () => {
      const record = { topic, partition: 0, key: instance, value, headers: {}, timestamp: topics.now() };
      topics.append(record, undefined);
    });
  };
  const assertOpen = (): void => {
    if (state === 'closed')
      throw new BatonError('broker-unavailable', `Expected an open presence store, got a closed one.`);
  };
  const read = (): TailReader =>
    new TailReader({
      network,
      process,
      topics,
      topic,
      onRecord: ({ key, value, timestamp: at }) => {
        const instance = String(key);
        if (value === null) present.delete(instance);
        else present.set(instance, { at, value: parseJson(value) });
      },
    });
  return {
    put: (instance, value) => write(instance, Buffer.from(JSON.stringify(value))),
    remove: (instance) => write(instance, null),
    all: async () => {
      assertOpen();
      const end = await network.call(process, 'read-offsets', () => topics.log(topic, 0).highWatermark());
      reader ??= read();
      await reader.reached(end, limitMs);
      return new Map(present);
    },
    close: async () => {
      state = 'closed';
      reader?.close();
    },
  };
};
