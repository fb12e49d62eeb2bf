import { defineEventType, version } from '@baton/core';
import type { PublicationPolicy, VersionStanding } from '@baton/messaging';
import { BookEvent, BookWorld } from '@baton/testing';
import { Publications } from './publications';

const [v1, v2, v3] = [version(1), version(2), version(3)];
const retiring: VersionStanding = { kind: 'retiring' };
const standings = (all: Readonly<Record<number, VersionStanding>>) => ({
  standing: (_eventType: string, v: number): VersionStanding => all[v] ?? { kind: 'live' },
});

describe('a publisher that is asked to stop a version', () => {
  const NewRelease = defineEventType<{ 3: { n: number } }, 3>({
    name: 'lending.BooksBorrowed',
    kind: 'event',
    newest: 3,
    versions: { 3: { schema: {} } },
    downcasts: {},
    upcasts: {},
  });

  it('answers for versions that its release neither publishes nor knows any more', () => {
    const checked = { eventType: NewRelease, configured: [v3], partitions: 1 };
    const publications = new Publications([checked], standings({ 1: retiring, 2: { kind: 'retired' } }));
    expect(publications.retiring()).toEqual([{ eventType: NewRelease.name, version: v1 }]);
    expect(publications.versions()).toEqual(new Map([[NewRelease.name, [v3]]]));
  });

  it('answers once for each that it publishes', () => {
    const checked = { eventType: BookEvent, configured: [v1, v2], partitions: 1 };
    const publications = new Publications([checked], standings({ 2: retiring }));
    expect(publications.retiring()).toEqual([{ eventType: BookEvent.name, version: v2 }]);
  });

  it('answers after a restart without the version, once its predecessor cannot write any more', async () => {
    const world = new BookWorld();
    const client = world.broker.connect('p1');
    const before = await world.publisher('p1', [1, 2], { ...client });
    world.broker.network.fail({ operation: 'commit', how: 'lost-request' });
    before.publish(BookEvent, { key: 'k', data: { n: 1 } }).catch(() => {});
    await world.clock.until(() => world.broker.network.requests('commit') === 1);
    client.process.kill();
    const ofV1 = world.broker.log(world.topic(1));
    expect(ofV1.lastStableOffset()).toBeLessThan(ofV1.highWatermark());

    const open: boolean[] = [];
    const policy: PublicationPolicy = {
      ...standings({ 1: retiring }),
      catchUp: async () => {},
      onChange: () => () => {},
      acknowledgeRetired: async () => {
        open.push(ofV1.lastStableOffset() < ofV1.highWatermark());
      },
      close: async () => {},
    };
    await world.publisher('p1', [2], { policy });
    await world.clock.until(() => open.length > 0);
    expect(open).toEqual([false]);
  });
});
