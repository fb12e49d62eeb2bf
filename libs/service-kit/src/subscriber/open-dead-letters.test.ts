import { BatonError, defineEventType } from '@baton/core';
import type { TopicSpec } from '@baton/kafka';
import { consumerOptions } from './consumer-options';
import { type OpenDeadLettersDeps, openDeadLetters } from './open-dead-letters';

const eventType = defineEventType<{ 1: string; 2: string }, 2>({
  name: 'lending.BooksBorrowed',
  kind: 'event',
  newest: 2,
  versions: { 1: { schema: 'string' }, 2: { schema: 'string' } },
  downcasts: {},
  upcasts: {},
});

const open = (existing: Readonly<Record<string, number>>) => {
  const made: TopicSpec[] = [];
  const closing: string[] = [];
  const nobody = () => Promise.reject(new Error('not asked'));
  const kafka: OpenDeadLettersDeps['kafka'] = {
    topics: {
      apply: async (specs) => {
        made.push(...specs);
        return [];
      },
      plan: nobody,
      remove: nobody,
    },
    logOffsets: {
      earliest: nobody,
      end: nobody,
      firstStampedFrom: nobody,
      partitionCount: async (topic) => {
        const count = existing[topic];
        if (count === undefined) throw new BatonError('topic-missing', topic);
        return count;
      },
    },
    recordReader: () => ({ read: nobody, close: async () => {} }),
    transactionalProducer: nobody,
  };
  const opened = openDeadLetters({
    config: { GROUP: 'reminders', LATER_EVENTS: 'go-on' },
    kafka,
    eventTypes: [eventType],
    lifecycle: { onStop: (name) => closing.push(name) },
  });
  return { opened, made, closing };
};

describe('the dead letters of a subscriber', () => {
  it('get topics with as many partitions as its events, where there are none', async () => {
    const { opened, made, closing } = open({ 'lending.BooksBorrowed.v2': 6 });
    expect((await opened).laterEvents).toBe('go-on');
    expect(made.map(({ topic, partitions }) => [topic, partitions])).toEqual([
      ['reminders.dead-letters', 6],
      ['reminders.retry', 6],
    ]);
    expect(closing).toEqual(['dead letters']);
  });

  it('need no right to make topics where both are there', async () => {
    const { opened, made } = open({ 'reminders.dead-letters': 3, 'reminders.retry': 3 });
    await opened;
    expect(made).toEqual([]);
  });

  it('are refused without any topic of the events', async () => {
    await expect(open({}).opened).rejects.toMatchObject({
      code: 'topic-missing',
      message: expect.stringContaining('lending.BooksBorrowed.v1'),
    });
  });
});

describe('the options of a consumer', () => {
  it('put the deadline within what is given: what an inbox waits for counts against no event', () => {
    const outer = () => async () => {};
    const config = { LEASE_MS: 1, MARGIN_MS: 2, ATTEMPTS: 3, DEADLINE_MS: 4 };
    const { middleware, settings } = consumerOptions(config, [outer]);
    expect(middleware).toHaveLength(2);
    expect(middleware[0]).toBe(outer);
    expect(settings).toEqual({ leaseMs: 1, marginMs: 2, attempts: 3 });
  });
});
