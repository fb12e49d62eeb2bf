import type { Generation } from '../ports/group-member';
import type { FetchedBatch } from '../ports/records';
import { delay } from '../ports/runtime';
import { answerProposals } from './answer-proposals';
import { assertPlace, prepareLanes, prepareRetries } from './assignment';
import { Attempts } from './attempts';
import { blockedPartitions } from './blocked';
import { CommitLoop } from './commit-loop';
import { EventRunner } from './event-runner';
import { isFatal } from './failure';
import { HoldKeeper } from './hold-keeper';
import { InHand } from './in-hand';
import { type Lane, lowWater, type Track } from './lane';
import { LanePauses } from './lane-pauses';
import { LaneReader } from './lane-reader';
import { Lanes } from './lanes';
import { RetryReader } from './retry-reader';
import type { RunContext } from './run-context';
import type { Standing } from './tally';
import type { BlockedPartition } from './types';

const unreachableRetryMs = 250;
const reviewMs = 500;
const openTransactionMs = 100;

/** One membership between two rebalances: prepares, handles batches, and is over at the next rebalance. */
export class GenerationRun {
  readonly ready: Promise<void>;
  private lanes = new Lanes([]);
  private retries: readonly Track[] = [];
  private readonly commits: CommitLoop;
  private readonly pauses: LanePauses;
  private readonly holds: HoldKeeper;
  private readonly reader: LaneReader;
  private readonly retryReader: RetryReader;
  private readonly attempts: Attempts;
  private readonly inHand = new InHand();
  private readonly lost = new AbortController();
  private readonly answered = new Set<string>();
  private state: 'preparing' | 'running' | 'ended' = 'preparing';

  constructor(
    private readonly context: RunContext,
    readonly generation: Generation,
  ) {
    const isOver = () => this.state === 'ended';
    const mayGoOn = (track: Track) => this.mayGoOn(track);
    this.commits = new CommitLoop(
      context,
      generation.id,
      () => this.tracks(),
      () => this.holds.review(),
    );
    this.pauses = new LanePauses(context, isOver);
    this.holds = new HoldKeeper({
      context,
      lanes: () => this.lanes,
      commitNow: () => this.commits.now(),
      pauses: this.pauses,
    });
    const { signal } = this.lost;
    this.attempts = new Attempts({ context, signal, isOver, mayGoOn });
    const runner = new EventRunner({
      context,
      attempts: this.attempts,
      pauses: this.pauses,
      inHand: this.inHand,
      lost: new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
      isOver,
      mayGoOn,
      mayFinish: (track) => this.mayFinish(track),
      awaitsProposal: ({ subscription, envelope }) =>
        envelope !== undefined && this.reader.awaitsProposal(subscription, envelope.createdAt),
      afterDone: (track) => this.commitIfAwaited(track),
    });
    const { pauses, holds } = this;
    this.reader = new LaneReader({
      context,
      lanes: () => this.lanes,
      runner,
      pauses,
      holds,
      isOver,
      mayGoOn,
    });
    this.retryReader = new RetryReader({ context, lanes: this.reader, runner, pauses });
    this.ready = this.prepare();
  }

  /** Handles a fetched batch as far as it may go, and says from where to fetch next. */
  handleBatch(batch: FetchedBatch): Promise<{ readonly nextOffset: number }> {
    if (this.inHand.isIdle()) this.reader.begin();
    return this.inHand.during(() => this.handle(batch));
  }

  /** The group rebalanced, or the membership is gone: nothing of this generation goes on. */
  end(): void {
    this.state = 'ended';
    this.lost.abort();
    this.commits.stop();
  }

  /** Resolves once nothing is in hand and everything handled is committed. */
  async drain(): Promise<void> {
    await this.inHand.idle();
    await this.commits.now();
  }

  /** A timeline grew, or a proposal was made or decided. */
  bindingsChanged(): void {
    if (this.state !== 'running') return;
    for (const track of this.tracks()) {
      if (track.pause?.kind === 'proposal' && !this.awaitsProposal(track, track.pause.createdAt))
        this.pauses.resume(track);
    }
    answerProposals({
      context: this.context,
      memberId: this.generation.memberId,
      lanes: this.lanes,
      answered: this.answered,
      isOver: () => this.state === 'ended',
    });
  }

  blocked(): readonly BlockedPartition[] {
    return [...blockedPartitions(this.tracks(), this.context), ...this.attempts.overdue()];
  }

  standing(): Standing {
    const { deadLetters } = this.context;
    const lanes = [...this.lanes.all()];
    return {
      heldNow: lanes.filter((lane) => lane.pause?.kind === 'hold').length,
      openLetters: deadLetters?.openLetters(this.tracks().map(({ partition }) => partition)) ?? new Map(),
      progress: this.tracks().map(({ topic, partition, committed, position }) => ({
        topic,
        partition,
        done: committed ?? position,
      })),
    };
  }

  isReady(): boolean {
    return this.state === 'running';
  }

  private tracks(): readonly Track[] {
    return [...this.lanes.all(), ...this.retries];
  }

  private async handle(batch: FetchedBatch): Promise<{ readonly nextOffset: number }> {
    try {
      await this.ready;
      const track = this.trackAt(batch);
      if (track === undefined || this.state !== 'running') return { nextOffset: batch.fetchedOffset };
      await assertPlace(this.context, track, batch);
      if (track.pause === undefined && (await this.knowsWhatCameBack(track)))
        await this.passRecords(track, batch);
      if (this.isAwaited(track) || this.context.pace() === 'draining') await this.commits.now();
      return { nextOffset: track.position };
    } catch (error) {
      await this.failOrWait(error);
      return { nextOffset: batch.fetchedOffset };
    }
  }

  private passRecords(track: Track, batch: FetchedBatch): Promise<void> {
    const { reader, retryReader } = this;
    return isLane(track)
      ? reader.passRecords(track, batch, (lane, record, scope) => reader.passRecord(lane, record, scope))
      : reader.passRecords(track, batch, (retries, record) => retryReader.passRecord(retries, record));
  }

  /** A letter that was replayed counts as parked until its mark is read. */
  private async knowsWhatCameBack(track: Track): Promise<boolean> {
    const { deadLetters, clock } = this.context;
    if (isLane(track) || deadLetters === undefined) return true;
    if ((await deadLetters.keys.refresh(track.partition)) === 'end') return true;
    await delay(clock, openTransactionMs);
    return false;
  }

  private trackAt(batch: FetchedBatch): Track | undefined {
    return (
      this.lanes.at(batch) ??
      this.retries.find(({ topic, partition }) => topic === batch.topic && partition === batch.partition)
    );
  }

  private async prepare(): Promise<void> {
    while (this.state !== 'ended') {
      try {
        const lanes = await prepareLanes(this.context, this.generation);
        const retries = await prepareRetries(this.context, this.generation, lanes);
        if (this.hasEnded()) return;
        this.lanes = lanes;
        this.retries = retries;
        this.state = 'running';
        this.commits.start();
        this.reviewKeys();
        this.bindingsChanged();
        return;
      } catch (error) {
        await this.failOrWait(error);
        if (isFatal(error)) return;
      }
    }
  }

  private hasEnded(): boolean {
    return this.state === 'ended';
  }

  /** Hears of what was replayed or discarded elsewhere. */
  private reviewKeys(): void {
    const { clock, deadLetters, logger, group } = this.context;
    if (deadLetters === undefined) return;
    clock.after(reviewMs, () => {
      if (this.state === 'ended') return;
      deadLetters.keys
        .review()
        .catch((error: unknown) => logger.debug({ group, err: error }, 'dead letters not read, trying again'))
        .finally(() => this.reviewKeys());
    });
  }

  /** Ends the consumer over what no retry mends; otherwise leaves some time to what is not there at present. */
  private async failOrWait(error: unknown): Promise<void> {
    if (this.state === 'ended') return;
    const { clock, logger, group, fail } = this.context;
    if (isFatal(error)) {
      fail(error);
      return;
    }
    logger.warn({ group, err: error }, 'broker or control log not reachable, trying again');
    await delay(clock, unreachableRetryMs);
  }

  private mayGoOn(track: Track): boolean {
    return this.context.pace() === 'going' && this.mayFinish(track);
  }

  private mayFinish(track: Track): boolean {
    const now = this.context.clock.elapsed();
    return this.state === 'running' && this.context.lease.validAt(now) && this.isVouched(track, now);
  }

  /** Where commits carry the timeline, nothing is done longer than a lease after one: the next member counts on it. */
  private isVouched({ committedAt }: Track, now: number): boolean {
    const { bindings, settings } = this.context;
    return bindings.commitMetadata === undefined || now < committedAt + settings.leaseMs;
  }

  private isAwaited(track: Track): boolean {
    return isLane(track) && this.holds.isAwaited(track);
  }

  private commitIfAwaited(track: Track): void {
    if (this.isAwaited(track) && lowWater(track) !== track.committed) void this.commits.now();
  }

  private awaitsProposal(track: Track, createdAt: number): boolean {
    const concerned = isLane(track) ? [track.subscription] : this.context.subscriptions;
    return concerned.some((subscription) => this.reader.awaitsProposal(subscription, createdAt));
  }
}

const isLane = (track: Track): track is Lane => 'subscription' in track;
