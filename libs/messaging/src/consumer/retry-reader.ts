import { BatonError, decide, type Envelope, topicOf, version } from '@baton/core';
import { type RetryCopy, readRetryRecord } from '../dead-letters/retry-copy';
import type { FetchedRecord } from '../ports/records';
import { createDelivery, type Delivery } from './delivery';
import type { EventRunner, Step } from './event-runner';
import type { Track } from './lane';
import type { LanePauses } from './lane-pauses';
import type { LaneReader } from './lane-reader';
import { readEnvelope } from './read-record';
import type { RunContext } from './run-context';
import { tracedTwin } from './traced-twin';
import type { Subscription } from './types';

interface RetryReaderDeps {
  readonly context: RunContext;
  readonly lanes: LaneReader;
  readonly runner: EventRunner;
  readonly pauses: LanePauses;
}

/** Reads the retry topic of a group: every parked event that came back goes through the rule again. */
export class RetryReader {
  constructor(private readonly deps: RetryReaderDeps) {}

  passRecord(track: Track, record: FetchedRecord): Step | Promise<Step> {
    const { context, runner, lanes, pauses } = this.deps;
    const copy = readRetryRecord(record);
    if (copy === undefined) {
      const { group } = context;
      const { topic, partition } = track;
      context.logger.warn({ group, topic, partition, offset: record.offset }, 'foreign record passed over');
      return 'passed';
    }
    const subscription = context.subscriptions.find(({ eventType }) => eventType.name === copy.eventType);
    const read = this.read(track, record, { copy, subscription });
    if ('error' in read) return runner.refuse(read.delivery, read.error);
    const { delivery, envelope } = read;
    const { createdAt, published } = envelope;
    if (lanes.awaitsProposal(delivery.subscription, createdAt)) {
      pauses.pause(track, { kind: 'proposal', createdAt });
      return 'stands';
    }
    const timeline = lanes.timelineOf(delivery.subscription);
    lanes.noteTaken(delivery.subscription, createdAt);
    const decision = decide(delivery.version, { createdAt, published, timeline });
    if (decision.kind === 'process') return runner.take(delivery);
    context.tally.skipped(topicOf(copy.eventType, delivery.version));
    context.tracing?.skipped(tracedTwin(context.group, delivery, envelope), decision.responsible);
    return 'passed';
  }

  private read(
    track: Track,
    record: FetchedRecord,
    { copy, subscription }: { readonly copy: RetryCopy; readonly subscription: Subscription | undefined },
  ):
    | { readonly delivery: Delivery; readonly envelope: Envelope }
    | { readonly delivery: Delivery; readonly error: unknown } {
    const [first] = this.deps.context.subscriptions;
    const known = subscription ?? first;
    if (known === undefined) throw new Error('a consumer without subscriptions');
    const { key, value, headers } = copy.original;
    const { eventType, order, replays, origin } = copy;
    const make = (envelope: Envelope | undefined): Delivery =>
      createDelivery({
        track,
        record: { ...record, key, value, headers },
        subscription: known,
        version: version(copy.version),
        envelope,
        replayed: { eventType, order, replays, origin },
      });
    if (subscription === undefined) return { delivery: make(undefined), error: noSubscription(copy) };
    try {
      const original = { headers, timestamp: origin.timestamp, offset: origin.offset };
      const envelope = readEnvelope(original, {
        topic: origin.topic,
        partition: origin.partition,
        eventType: copy.eventType,
        version: version(copy.version),
      });
      return { delivery: make(envelope), envelope };
    } catch (error) {
      return { delivery: make(undefined), error };
    }
  }
}

const noSubscription = ({ group, eventType, version: v }: RetryCopy): BatonError =>
  new BatonError(
    'missing-handler',
    `Group "${group}" got ${eventType} v${v} back from its dead letters, but has no handler for this event type. Install a release that has one, or discard it.`,
  );
