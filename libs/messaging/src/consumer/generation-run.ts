import { type Decision, decide, type Envelope, type Instant, type Timeline } from '@baton/core';
import type { Generation } from '../ports/group-member';
import type { FetchedBatch, FetchedRecord } from '../ports/records';
import { delay } from '../ports/runtime';
import { readCommittedFilter } from './aborted-reads';
import { answerProposals } from './answer-proposals';
import { assertPlace, prepareLanes } from './assignment';
import { CommitLoop } from './commit-loop';
import { describeFailure, isFatal } from './failure';
import { isStraggler, versionsBefore } from './hold';
import { type BatchScope, HoldKeeper } from './hold-keeper';
import type { Lane } from './lane';
import { LanePauses } from './lane-pauses';
import { Lanes } from './lanes';
import { readEnvelope } from './read-record';
import type { RunContext } from './run-context';
import { runHandler } from './run-handler';
import type { BlockedPartition } from './types';

/** What became of one record: the lane goes on behind it, or stands before it. */
type Step = 'passed' | 'stands';

const unreachableRetryMs = 250;
const idleLeaseMs = 50;
/** The longest that records are passed without a turn of the event loop. */
const breathEveryMs = 20;
/** From this failure on a lane counts as blocked. */
const blockedFromFailures = 3;

/** One membership between two rebalances: prepares, handles batches, and is over at the next rebalance. */
export class GenerationRun {
  readonly ready: Promise<void>;
  private lanes = new Lanes([]);
  private readonly commits: CommitLoop;
  private readonly pauses: LanePauses;
  private readonly holds: HoldKeeper;
  private readonly lost = new AbortController();
  private readonly answered = new Set<string>();
  private breathedAt = 0;
  private state: 'preparing' | 'running' | 'ended' = 'preparing';
  private batchesInHand = 0;
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly context: RunContext,
    readonly generation: Generation,
  ) {
    this.commits = new CommitLoop(
      context,
      generation.id,
      () => this.lanes,
      () => this.holds.review(),
    );
    this.pauses = new LanePauses(context, () => this.isOver());
    this.holds = new HoldKeeper({
      context,
      lanes: () => this.lanes,
      commitNow: () => this.commits.now(),
      pauses: this.pauses,
    });
    this.ready = this.prepare();
  }

  /** Handles a fetched batch as far as it may go, and says from where to fetch next. */
  async handleBatch(batch: FetchedBatch): Promise<{ readonly nextOffset: number }> {
    if (this.batchesInHand === 0) this.breathedAt = this.context.clock.now();
    this.batchesInHand += 1;
    try {
      await this.ready;
      const lane = this.lanes.at(batch);
      if (lane === undefined || this.state !== 'running') return { nextOffset: batch.fetchedOffset };
      await assertPlace(this.context, lane, batch);
      if (lane.pause === undefined) await this.passRecords(lane, batch);
      if (this.holds.isAwaited(lane) || this.context.pace() === 'draining') await this.commits.now();
      return { nextOffset: lane.position };
    } catch (error) {
      await this.failOrWait(error);
      return { nextOffset: batch.fetchedOffset };
    } finally {
      this.batchesInHand -= 1;
      if (this.batchesInHand === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** The group rebalanced, or the membership is gone: nothing of this generation goes on. */
  end(): void {
    this.state = 'ended';
    this.lost.abort();
    this.commits.stop();
  }

  /** Resolves once no batch is in hand and everything handled is committed. */
  async drain(): Promise<void> {
    if (this.batchesInHand > 0) await new Promise<void>((resolve) => this.whenIdle.push(resolve));
    await this.commits.now();
  }

  /** A timeline grew, or a proposal was made or decided. */
  bindingsChanged(): void {
    if (this.state !== 'running') return;
    for (const lane of this.lanes.all()) {
      if (lane.pause?.kind === 'proposal' && !this.awaitsProposal(lane, lane.pause.createdAt))
        this.pauses.resume(lane);
    }
    answerProposals({
      context: this.context,
      memberId: this.generation.memberId,
      lanes: this.lanes,
      answered: this.answered,
      isOver: () => this.isOver(),
    });
  }

  blocked(): readonly BlockedPartition[] {
    return [...this.lanes.all()].flatMap(({ topic, partition, position, pause, failures }) =>
      pause?.kind === 'retry' && failures >= blockedFromFailures
        ? [{ topic, partition, offset: position, attempts: failures, ...describeFailure(pause.error) }]
        : [],
    );
  }

  heldNow(): number {
    return [...this.lanes.all()].filter((lane) => lane.pause?.kind === 'hold').length;
  }

  isReady(): boolean {
    return this.state === 'running';
  }

  private isOver(): boolean {
    return this.state === 'ended';
  }

  private async prepare(): Promise<void> {
    while (!this.isOver()) {
      try {
        const lanes = await prepareLanes(this.context, this.generation);
        if (this.isOver()) return;
        this.lanes = lanes;
        this.state = 'running';
        this.commits.start();
        this.bindingsChanged();
        return;
      } catch (error) {
        await this.failOrWait(error);
        if (isFatal(error)) return;
      }
    }
  }

  /** Ends the consumer over what no retry mends; otherwise leaves some time to what is not there at present. */
  private async failOrWait(error: unknown): Promise<void> {
    if (this.isOver()) return;
    const { clock, logger, group, fail } = this.context;
    if (isFatal(error)) {
      fail(error);
      return;
    }
    logger.warn({ group, err: error }, 'broker or control log not reachable, trying again');
    await delay(clock, unreachableRetryMs);
  }

  private async passRecords(lane: Lane, batch: FetchedBatch): Promise<void> {
    if (batch.fetchedOffset > lane.position) return;
    const isVisible = readCommittedFilter(batch.aborted);
    const scope: BatchScope = { ends: undefined };
    for (const record of batch.records) {
      const visible = isVisible(record);
      if (record.offset < lane.position) continue;
      if (visible) {
        const step = await this.passRecord(lane, record, scope);
        if (step === 'stands') return;
      }
      lane.position = record.offset + 1;
      if (this.context.clock.now() - this.breathedAt >= breathEveryMs) await this.breathe();
    }
  }

  /** Handlers that never wait would let neither heartbeats nor commits through before the end of all batches in hand. */
  private async breathe(): Promise<void> {
    await delay(this.context.clock, 0);
    this.breathedAt = this.context.clock.now();
  }

  private passRecord(lane: Lane, record: FetchedRecord, scope: BatchScope): Step | Promise<Step> {
    if (!this.mayGoOn(lane)) return this.waitForLease();
    try {
      const envelope = readEnvelope(record, lane);
      const { createdAt, published } = envelope;
      if (this.awaitsProposal(lane, createdAt)) return this.pause(lane, { kind: 'proposal', createdAt });
      const timeline = this.timelineOf(lane);
      const decision = decide(lane.version, { createdAt, published, timeline });
      this.take(lane, createdAt);
      if (decision.kind === 'process')
        return this.process(lane, record, { envelope, timeline, decision, scope });
      lane.unread = true;
      this.context.tally.skipped(lane.topic);
      return 'passed';
    } catch (error) {
      return this.retryLater(lane, error);
    }
  }

  private take(lane: Lane, createdAt: Instant): void {
    const { newestTaken } = this.context;
    const { name } = lane.subscription.eventType;
    lane.newestPassed = later(lane.newestPassed, createdAt);
    newestTaken.set(name, later(newestTaken.get(name) ?? createdAt, createdAt));
  }

  private async process(
    lane: Lane,
    record: FetchedRecord,
    {
      envelope,
      timeline,
      decision,
      scope,
    }: {
      envelope: Envelope;
      timeline: Timeline;
      decision: Decision & { kind: 'process' };
      scope: BatchScope;
    },
  ): Promise<Step> {
    try {
      if (decision.because === 'named') {
        const before = versionsBefore(timeline, envelope.createdAt, lane);
        const admitted = await this.holds.admits(lane, envelope, before, scope);
        if (!admitted || !this.mayGoOn(lane)) return 'stands';
        const place = { offset: record.offset, createdAt: envelope.createdAt, timeline };
        if (lane.failures === 0 && isStraggler(lane, this.lanes.siblingsOf(lane), place))
          this.countStraggler(lane, envelope);
      }
      await runHandler(
        this.context,
        { lane, record, envelope },
        { mayGoOn: () => this.mayGoOn(lane), signal: this.lost.signal },
      );
    } catch (error) {
      return this.isOver() ? 'stands' : this.retryLater(lane, error);
    }
    if (this.isOver()) return 'stands';
    lane.failures = 0;
    this.context.tally.processed(lane.topic);
    this.context.deprecations.processed(lane.subscription.eventType.name, lane.version);
    return 'passed';
  }

  private mayGoOn(lane: Lane): boolean {
    const { pace, lease, clock } = this.context;
    const now = clock.now();
    return this.state === 'running' && pace() === 'going' && lease.validAt(now) && this.isVouched(lane, now);
  }

  /** Where commits carry the timeline, nothing is done longer than a lease after one: the next member counts on it. */
  private isVouched({ committedAt }: Lane, now: number): boolean {
    const { bindings, settings } = this.context;
    return bindings.commitMetadata === undefined || now < committedAt + settings.leaseMs;
  }

  /** Nothing starts on an expired lease; the next confirmed heartbeat, or the next generation, goes on here. */
  private async waitForLease(): Promise<Step> {
    if (!this.isOver() && this.context.pace() === 'going') await delay(this.context.clock, idleLeaseMs);
    return 'stands';
  }

  private timelineOf(lane: Lane): Timeline {
    const { timeline } = this.context.bindings.of(lane.subscription.eventType.name);
    if (timeline === undefined) throw new Error(`no timeline for ${lane.subscription.eventType.name}`);
    return timeline;
  }

  private awaitsProposal(lane: Lane, createdAt: number): boolean {
    const { proposal } = this.context.bindings.of(lane.subscription.eventType.name);
    return proposal !== undefined && createdAt >= proposal.since;
  }

  private pause(lane: Lane, pause: NonNullable<Lane['pause']>): Step {
    this.pauses.pause(lane, pause);
    return 'stands';
  }

  private retryLater(lane: Lane, error: unknown): Step {
    this.pauses.retryLater(lane, error);
    return 'stands';
  }

  private countStraggler(lane: Lane, { id, createdAt }: Envelope): void {
    this.context.tally.stragglers += 1;
    const { topic, partition } = lane;
    this.context.logger.warn(
      { group: this.context.group, topic, partition, id, createdAt },
      'straggler processed',
    );
  }
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
