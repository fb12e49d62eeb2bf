import {
  type Decision,
  decide,
  type Envelope,
  type Instant,
  instantFromMillis,
  type Timeline,
} from '@baton/core';
import type { FetchedBatch, FetchedRecord } from '../ports/records';
import { delay } from '../ports/runtime';
import { readCommittedFilter } from './aborted-reads';
import { idleMs } from './attempts';
import { createDelivery, type Delivery } from './delivery';
import type { EventRunner, Step } from './event-runner';
import { isStraggler, versionsBefore } from './hold';
import type { BatchScope, HoldKeeper } from './hold-keeper';
import type { Lane, Track } from './lane';
import type { LanePauses } from './lane-pauses';
import type { Lanes } from './lanes';
import { readEnvelope } from './read-record';
import type { RunContext } from './run-context';
import { tracedTwin } from './traced-twin';
import type { Subscription } from './types';

interface ReaderDeps {
  readonly context: RunContext;
  readonly lanes: () => Lanes;
  readonly runner: EventRunner;
  readonly pauses: LanePauses;
  readonly holds: HoldKeeper;
  readonly isOver: () => boolean;
  readonly mayGoOn: (track: Track) => boolean;
}

type Processing = Decision & { readonly kind: 'process' };

/** A record that counts, and why. */
interface Judged {
  readonly envelope: Envelope;
  readonly timeline: Timeline;
  readonly decision: Processing;
  readonly scope: BatchScope;
}

/** The longest that records are passed without a turn of the event loop. */
const breathEveryMs = 20;

/** Reads fetched batches record by record: decides by the rule, holds, skips, and hands what counts to the runner. */
export class LaneReader {
  private breathedAt = 0;

  constructor(private readonly deps: ReaderDeps) {}

  /** The first batch of several is taken in hand. */
  begin(): void {
    this.breathedAt = this.deps.context.clock.elapsed();
  }

  /** Passes the visible records of a batch, one after the other, as far as `pass` lets it. */
  async passRecords<T extends Track>(
    track: T,
    batch: FetchedBatch,
    pass: (track: T, record: FetchedRecord, scope: BatchScope) => Step | Promise<Step>,
  ): Promise<void> {
    if (batch.fetchedOffset > track.position) return;
    const isVisible = readCommittedFilter(batch.aborted);
    const scope: BatchScope = { ends: undefined };
    for (const record of batch.records) {
      const visible = isVisible(record);
      if (record.offset < track.position) continue;
      if (visible) {
        if (!this.deps.mayGoOn(track)) return this.waitForLease();
        const passing = pass(track, record, scope);
        const step = passing instanceof Promise ? await passing : passing;
        if (step === 'stands') return;
      }
      track.position = record.offset + 1;
      if (this.deps.context.clock.elapsed() - this.breathedAt >= breathEveryMs) await this.breathe();
    }
  }

  /** Decides one record of an event topic. */
  passRecord(lane: Lane, record: FetchedRecord, scope: BatchScope): Step | Promise<Step> {
    const { context, pauses } = this.deps;
    try {
      const envelope = this.envelopeOf(lane, record);
      if (envelope instanceof Promise) return envelope;
      const { createdAt, published } = envelope;
      if (this.awaitsProposal(lane.subscription, createdAt)) {
        pauses.pause(lane, { kind: 'proposal', createdAt });
        return 'stands';
      }
      const timeline = this.timelineOf(lane.subscription);
      const decision = decide(lane.version, { createdAt, published, timeline });
      this.take(lane, createdAt);
      if (decision.kind === 'process')
        return this.process(lane, record, { envelope, timeline, decision, scope });
      lane.unread = true;
      context.tally.skipped(lane.topic);
      const twin = { track: lane, record, version: lane.version };
      context.tracing?.skipped(tracedTwin(context.group, twin, envelope), decision.responsible);
      return 'passed';
    } catch (error) {
      pauses.retryLater(lane, error);
      return 'stands';
    }
  }

  /** Whether an open proposal leaves undecided which version of an event counts. */
  awaitsProposal({ eventType }: Subscription, createdAt: number): boolean {
    const { proposal } = this.deps.context.bindings.of(eventType.name);
    return proposal !== undefined && createdAt >= proposal.since;
  }

  timelineOf({ eventType }: Subscription): Timeline {
    const { timeline } = this.deps.context.bindings.of(eventType.name);
    if (timeline === undefined) throw new Error(`no timeline for ${eventType.name}`);
    return timeline;
  }

  /** What counts as taken in hand by this process, in whatever generation. */
  noteTaken({ eventType }: Subscription, createdAt: Instant): void {
    const { newestTaken } = this.deps.context;
    newestTaken.set(eventType.name, later(newestTaken.get(eventType.name) ?? createdAt, createdAt));
  }

  /** Handlers that never wait would let neither heartbeats nor commits through before the end of all batches in hand. */
  private async breathe(): Promise<void> {
    await delay(this.deps.context.clock, 0);
    this.breathedAt = this.deps.context.clock.elapsed();
  }

  /** Nothing starts on an expired lease; the next confirmed heartbeat, or the next generation, goes on here. */
  private async waitForLease(): Promise<void> {
    const { context, isOver } = this.deps;
    if (!isOver() && context.pace() === 'going') await delay(context.clock, idleMs);
  }

  /** A record that is no event is refused; of a proposal it counts as created when it was stamped. */
  private envelopeOf(lane: Lane, record: FetchedRecord): Envelope | Promise<Step> {
    const { runner, pauses } = this.deps;
    try {
      return readEnvelope(record, lane);
    } catch (error) {
      const stamped = instantFromMillis(record.timestamp);
      if (this.awaitsProposal(lane.subscription, stamped)) {
        pauses.pause(lane, { kind: 'proposal', createdAt: stamped });
        return Promise.resolve('stands');
      }
      return runner.refuse(this.deliveryOf(lane, record, undefined), error);
    }
  }

  private deliveryOf(lane: Lane, record: FetchedRecord, envelope: Envelope | undefined): Delivery {
    const { subscription, version } = lane;
    return createDelivery({ track: lane, record, subscription, version, envelope });
  }

  private take(lane: Lane, createdAt: Instant): void {
    lane.newestPassed = later(lane.newestPassed, createdAt);
    this.noteTaken(lane.subscription, createdAt);
  }

  private process(lane: Lane, record: FetchedRecord, judged: Judged): Step | Promise<Step> {
    const { envelope, timeline, decision, scope } = judged;
    if (decision.because === 'named') {
      const before = versionsBefore(timeline, envelope.createdAt, lane);
      const admitted = this.deps.holds.admits(lane, envelope, before, scope);
      if (admitted instanceof Promise) return this.processOnceAdmitted(lane, record, { ...judged, admitted });
      return this.processAdmitted(lane, record, { envelope, timeline, admitted });
    }
    return this.deps.runner.take(this.deliveryOf(lane, record, envelope));
  }

  private async processOnceAdmitted(
    lane: Lane,
    record: FetchedRecord,
    { envelope, timeline, admitted }: Judged & { readonly admitted: Promise<boolean> },
  ): Promise<Step> {
    let known: boolean;
    try {
      known = await admitted;
    } catch (error) {
      if (!this.deps.isOver()) this.deps.pauses.retryLater(lane, error);
      return 'stands';
    }
    return this.processAdmitted(lane, record, { envelope, timeline, admitted: known });
  }

  private processAdmitted(
    lane: Lane,
    record: FetchedRecord,
    { envelope, timeline, admitted }: Pick<Judged, 'envelope' | 'timeline'> & { readonly admitted: boolean },
  ): Step | Promise<Step> {
    const { lanes, mayGoOn, runner } = this.deps;
    if (!admitted || !mayGoOn(lane)) return 'stands';
    const place = { offset: record.offset, createdAt: envelope.createdAt, timeline };
    if (lane.failures === 0 && isStraggler(lane, lanes().siblingsOf(lane), place))
      this.countStraggler(lane, envelope);
    return runner.take(this.deliveryOf(lane, record, envelope));
  }

  private countStraggler({ topic, partition }: Lane, { id, createdAt }: Envelope): void {
    const { tally, logger, group } = this.deps.context;
    tally.stragglers += 1;
    logger.warn({ group, topic, partition, id, createdAt }, 'straggler processed');
  }
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
