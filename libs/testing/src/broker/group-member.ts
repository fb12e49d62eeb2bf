import { BatonError, isBatonError } from '@baton/core';
import {
  type CommittedOffset,
  delay,
  type FetchedBatch,
  type Generation,
  type GroupListener,
  type GroupMember,
  type GroupMemberOptions,
  type OffsetToCommit,
  settleWithin,
  type TopicPartition,
} from '@baton/messaging';
import { Fetcher } from './fetcher';
import type { Group, HeartbeatAnswer, Joined } from './group';
import type { Network } from './network';
import type { Observer } from './observer';
import type { SimulatedProcess } from './process';
import type { TopicStore } from './topic-store';

/** When a member joins anew: once its batches have returned, or at once, as kafkajs may with several brokers. */
export type Rejoin = 'after-batches' | 'at-once';

export interface MemberDeps {
  readonly network: Network;
  readonly process: SimulatedProcess;
  readonly topics: TopicStore;
  readonly group: Group;
  readonly maxRecords: number;
  readonly rejoin: Rejoin;
  readonly rebalanceTimeoutMs?: number | undefined;
  readonly options: GroupMemberOptions;
  readonly observer: Observer;
}

/** To whom batches go, and whose positions they move. */
interface Delivery {
  readonly listener: GroupListener;
  readonly generation: Generation;
  readonly fetcher: Fetcher;
}

const rejoinPauseMs = 100;
const stopLimitMs = 10_000;
/** How long a start tries to reach the broker. */
const startLimitMs = 30_000;
/** How long a join waits for the events in hand; the others of the group wait meanwhile. */
const beforeJoinLimitMs = 5_000;

/** A member on the client's side: one loop that joins and fetches, one that sends heartbeats, as kafkajs has them. */
export class SimulatedMember implements GroupMember {
  private state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  private generation: Generation | undefined;
  private memberId: string | undefined;
  /** `rejoin` after the broker asked for it, or does not know the member any more. */
  private wish: 'go-on' | 'rejoin' = 'go-on';
  private fetcher: Fetcher;
  private wake: () => void = () => {};
  private loop: Promise<void> = Promise.resolve();
  /** Settles once the code above is through with the generation that ends. */
  private ended: Promise<void> = Promise.resolve();
  private stopped: Promise<void> | undefined;

  constructor(private readonly deps: MemberDeps) {
    this.fetcher = new Fetcher(deps.topics, deps.maxRecords);
  }

  async start(listener: GroupListener): Promise<void> {
    if (this.state !== 'new') throw new BatonError('invalid-argument', 'A member starts only once.');
    this.state = 'running';
    await this.findTopics();
    if (this.isRunning()) this.loop = this.run(listener);
  }

  /** Like every short request, it is repeated while the broker is away, and given up at a limit. */
  private async findTopics(): Promise<void> {
    const { network, process, topics, options } = this.deps;
    for (const deadline = process.clock.elapsed() + startLimitMs; ; ) {
      try {
        await network.call(process, 'read-offsets', () => {
          for (const topic of options.topics) topics.logs(topic);
        });
        return;
      } catch (error) {
        const final = !isBatonError(error, 'broker-unavailable') || process.clock.elapsed() >= deadline;
        if (final || !this.isRunning()) throw error;
        await delay(process.clock, rejoinPauseMs);
      }
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.fetcher.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.fetcher.setPaused(partitions, false);
    this.wake();
  }

  async commit(generationId: number, offsets: readonly OffsetToCommit[]): Promise<void> {
    const { network, process, group } = this.deps;
    const { generation, memberId } = this;
    if (generation?.id !== generationId || memberId === undefined) {
      throw new BatonError('generation-ended', `Expected generation ${generation?.id}, got ${generationId}.`);
    }
    await network.call(process, 'commit-offsets', () => group.commit(memberId, generationId, offsets));
  }

  committed(partitions: readonly TopicPartition[]) {
    const { network, process, group } = this.deps;
    return network.call(process, 'read-offsets', () => partitions.map((place) => group.offsets.get(place)));
  }

  stop(): Promise<void> {
    this.stopped ??= this.leave();
    return this.stopped;
  }

  private async leave(): Promise<void> {
    const { process, network, group } = this.deps;
    this.state = 'stopping';
    this.wake();
    await Promise.race([this.loop, delay(process.clock, stopLimitMs)]);
    this.state = 'stopped';
    this.generation = undefined;
    const { memberId } = this;
    if (memberId === undefined) return;
    await network.call(process, 'leave', () => group.leave(memberId)).catch(() => {});
  }

  private async run(listener: GroupListener): Promise<void> {
    while (this.isRunning()) {
      try {
        await this.join(listener);
      } catch {
        await delay(this.deps.process.clock, rejoinPauseMs);
        continue;
      }
      await this.readGeneration(listener);
      const { ended } = this;
      await settleWithin(this.deps.process.clock, beforeJoinLimitMs, () => ended);
    }
  }

  private async join(listener: GroupListener): Promise<void> {
    const { network, process, group, options } = this.deps;
    const { topics, assignor, metadata, sessionTimeoutMs } = options;
    const joined: Joined = await network.call(process, 'join', () =>
      group.join({
        memberId: this.memberId,
        clientId: process.name,
        topics,
        metadata: metadata(),
        assign: assignor.assign,
        sessionTimeoutMs,
        rebalanceTimeoutMs: this.deps.rebalanceTimeoutMs ?? sessionTimeoutMs,
      }),
    );
    this.memberId = joined.memberId;
    if (!this.isRunning()) return;
    const joinedAt = process.clock.elapsed();
    const answer = await network.call(process, 'heartbeat', () =>
      group.heartbeat(joined.memberId, joined.generation),
    );
    if (answer === 'unknown-member') this.memberId = undefined;
    if (answer !== 'ok') throw new BatonError('broker-unavailable', `The group answered ${answer}.`);
    const committed = await this.place(joined);
    if (!this.isRunning()) return;
    const { memberId, generation: id, assignment } = joined;
    this.generation = { id, memberId, assignment, joinedAt };
    // a heartbeat of the generation before may have been told meanwhile that the broker knows nobody of that name
    this.memberId = memberId;
    this.wish = 'go-on';
    this.ended = Promise.resolve();
    this.deps.observer.observe({
      kind: 'joined',
      ...this.who(this.generation),
      assignment: committed.map(({ topic, partition, offset }) => ({ topic, partition, committed: offset })),
    });
    listener.joined(this.generation);
  }

  private who({ id, memberId }: Generation) {
    const { process, options } = this.deps;
    return { process: process.name, group: options.group, memberId, generation: id };
  }

  /** Everything begins resumed, at the committed offsets. */
  private async place({ assignment }: Joined): Promise<readonly CommittedOffset[]> {
    const places = [...assignment].flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    const committed = await this.committed(places);
    this.fetcher = new Fetcher(this.deps.topics, this.deps.maxRecords);
    for (const stored of committed) this.fetcher.add(stored, stored.offset);
    return committed;
  }

  private async readGeneration(listener: GroupListener): Promise<void> {
    const { generation } = this;
    if (generation === undefined || !this.isRunning()) return;
    void this.keepBeating(generation, listener);
    while (this.isRunning() && this.wish === 'go-on') {
      const { fetcher } = this;
      const changed = this.nextChange();
      const batches = await this.fetch(listener);
      if (!this.isRunning() || this.wish !== 'go-on') changed.forget();
      else if (batches === undefined) await delay(this.deps.process.clock, rejoinPauseMs);
      else if (batches.length === 0) await changed.happened;
      else await this.deliverAll({ listener, generation, fetcher }, batches);
      changed.forget();
    }
  }

  private async fetch(listener: GroupListener): Promise<readonly FetchedBatch[] | undefined> {
    const { network, process } = this.deps;
    const { fetcher } = this;
    try {
      return await network.call(process, 'fetch', () => fetcher.fetch());
    } catch (error) {
      if (isBatonError(error, 'data-lost-to-retention')) this.giveUp(error, listener);
      return undefined;
    }
  }

  /** Leaves for good: nobody but an operator can decide how to go on. */
  private giveUp(error: unknown, listener: GroupListener): void {
    if (!this.isRunning()) return;
    void this.stop();
    listener.crashed(error);
  }

  private async deliverAll(to: Delivery, batches: readonly FetchedBatch[]): Promise<void> {
    let inHand: 'some' | 'none' = 'some';
    const all = Promise.all(batches.map((batch) => this.deliver(to, batch))).then(() => {
      inHand = 'none';
    });
    while (inHand === 'some' && (this.deps.rejoin === 'after-batches' || this.wish === 'go-on')) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await Promise.race([all, woken]);
    }
  }

  private async deliver({ listener, generation, fetcher }: Delivery, batch: FetchedBatch): Promise<void> {
    const { nextOffset } = await listener.batch(batch);
    fetcher.moveTo(batch, nextOffset);
    const { topic, partition, fetchedOffset: from } = batch;
    if (nextOffset === from || !this.deps.process.isAlive()) return;
    const place = { topic, partition, from, next: nextOffset };
    this.deps.observer.observe({ kind: 'position', ...this.who(generation), ...place });
  }

  /** Watches from now on, so that what comes while a fetch is under way is not missed. */
  private nextChange(): { readonly happened: Promise<void>; readonly forget: () => void } {
    let forget = () => {};
    const happened = new Promise<void>((resolve) => {
      this.wake = resolve;
      forget = this.deps.topics.watch(this.deps.options.topics, resolve);
    });
    return { happened, forget };
  }

  private async keepBeating(generation: Generation, listener: GroupListener): Promise<void> {
    const { network, process, group, options } = this.deps;
    while (this.isIn(generation)) {
      await delay(process.clock, options.heartbeatIntervalMs);
      if (!this.isIn(generation)) return;
      const sentAt = process.clock.elapsed();
      const sentAtTrue = this.deps.topics.now();
      try {
        const answer = await network.call(process, 'heartbeat', () =>
          group.heartbeat(generation.memberId, generation.id),
        );
        if (this.isIn(generation)) this.hear(generation, answer, { sentAt, sentAtTrue, listener });
      } catch {
        // no answer: the next one may come through
      }
    }
  }

  private hear(
    generation: Generation,
    answer: HeartbeatAnswer,
    {
      sentAt,
      sentAtTrue,
      listener,
    }: { readonly sentAt: number; readonly sentAtTrue: number; readonly listener: GroupListener },
  ): void {
    if (answer === 'ok') {
      this.deps.observer.observe({
        kind: 'heartbeat-confirmed',
        ...this.who(generation),
        sentAt: sentAtTrue,
      });
      listener.heartbeat(sentAt);
      return;
    }
    if (answer === 'unknown-member') this.memberId = undefined;
    if (this.wish === 'rejoin') return;
    this.wish = 'rejoin';
    this.ended = Promise.resolve(listener.rebalancing());
    this.wake();
  }

  private isIn(generation: Generation): boolean {
    return this.state !== 'stopped' && this.generation === generation && this.memberId !== undefined;
  }

  private isRunning(): boolean {
    return this.state === 'running';
  }
}
