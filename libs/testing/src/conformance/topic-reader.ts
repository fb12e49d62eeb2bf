/// <reference types="jest" />
import type { PortPromise } from './promises';
import { failureOf } from './support';

/** What is told of the settings of topics. */
export const topicReaderPromises: readonly PortPromise[] = [
  {
    that: 'tells the settings of a topic, with no limit where there is none',
    check: async (world) => {
      const topic = await world.createTopic('settings', { partitions: 3, retentionMs: 3_600_000 });
      expect(await (await world.client()).topicReader.settings(topic)).toEqual({
        partitions: 3,
        timestampType: 'CreateTime',
        timestampAfterMaxMs: 1_000,
        timestampBeforeMaxMs: Number.POSITIVE_INFINITY,
        retentionMs: 3_600_000,
        cleanupPolicy: 'delete',
      });
    },
  },
  {
    that: 'tells those of topics that are stamped by the broker, kept for ever, or compacted',
    check: async (world) => {
      const { topicReader } = await world.client();
      const kept = { timestampType: 'LogAppendTime', retentionMs: Number.POSITIVE_INFINITY } as const;
      const log = await world.createTopic('log', kept);
      expect(await topicReader.settings(log)).toMatchObject({ ...kept, partitions: 1 });
      const compacted = await world.createTopic('presence', { cleanupPolicy: 'compact' });
      expect(await topicReader.settings(compacted)).toMatchObject({ cleanupPolicy: 'compact' });
    },
  },
  {
    that: 'tells nothing of a topic that is not there',
    check: async (world) => {
      expect(await (await world.client()).topicReader.settings(world.name('missing'))).toBeUndefined();
    },
  },
  {
    that: 'rejects within its limit while it is cut off, and does not take that for a missing topic',
    needs: ['cut'],
    check: async (world) => {
      const topic = await world.createTopic('cut');
      const [used, fresh] = [await world.client(), await world.client()];
      expect(await used.topicReader.settings(topic)).toMatchObject({ partitions: 1 });
      for (const client of [used, fresh]) {
        client.cut();
        const began = world.clock.now();
        const asked = await failureOf(client.topicReader.settings(topic));
        expect(asked).toMatchObject({ code: 'broker-unavailable' });
        expect(world.clock.now() - began).toBeLessThan(world.callLimitMs + 1_500);
        client.restore();
        expect(await client.topicReader.settings(topic)).toMatchObject({ partitions: 1 });
      }
    },
  },
];
